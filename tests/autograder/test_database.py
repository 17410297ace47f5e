"""Which database a course's configuration names, and how messages tell of it."""

import subprocess
import sys

import pytest
from sqlalchemy.exc import OperationalError

from autograder.config import CONFIG_TEXT
from autograder.course import Course
from autograder.database import file_of, missing, named, opened, reading, told, writing
from autograder.errors import CourseError

SERVER = "postgresql+psycopg://grader:s3cret@db.example/course?password=0ther&sslmode=require"


def course_with(root, line):
    (root / "nbgrader_config.py").write_text(f"{CONFIG_TEXT}\nc = get_config()\n{line}\n")
    return Course(root)


def test_without_a_word_about_it_the_gradebook_is_a_file_in_the_course(tmp_path):
    course = Course(tmp_path)
    assert course.db_url == f"sqlite:///{tmp_path}/gradebook.db"
    assert missing(course.db_url)


@pytest.mark.parametrize("url", [SERVER, "sqlite:////srv/grades.db"])
def test_the_configuration_names_another(tmp_path, url):
    assert course_with(tmp_path, f'c.CourseDirectory.db_url = "{url}"').db_url == url


def test_a_relative_file_lies_in_the_course_wherever_the_command_runs(tmp_path):
    course = course_with(tmp_path, 'c.CourseDirectory.db_url = "sqlite:///grades/all.db"')
    assert file_of(course.db_url) == tmp_path / "grades" / "all.db"


def test_all_other_settings_of_the_file_count_too(tmp_path):
    (tmp_path / "beside.py").write_text("LIMIT = 7\n")
    config = course_with(tmp_path, "import beside\nc.LimitOutput.max_lines = beside.LIMIT").config()
    assert config.LimitOutput.max_lines == 7
    assert config.CourseDirectory.root == str(tmp_path)
    sys.path.remove(str(tmp_path))


@pytest.mark.parametrize(("line", "said"), [("nonsense", "NameError"), ("c = (", "SyntaxError")])
def test_a_configuration_that_fails_is_told_with_its_line(tmp_path, line, said):
    with pytest.raises(CourseError, match=rf"nbgrader_config\.py, line 10: {said}"):
        _ = course_with(tmp_path, line).db_url


def test_reading_the_configuration_imports_nothing_of_nbgrader(tmp_path):
    program = (
        "import sys; from pathlib import Path; from autograder.course import Course; "
        "Course(Path(sys.argv[1])).db_url; "
        "print([name for name in ('nbgrader', 'sqlalchemy', 'psycopg', 'numpy') if name in sys.modules])"
    )
    course_with(tmp_path, f'c.CourseDirectory.db_url = "{SERVER}"')
    command = [sys.executable, "-c", program, tmp_path]
    assert subprocess.check_output(command, text=True).strip() == "[]"


def test_messages_show_neither_password_nor_options():
    assert named(SERVER) == "postgresql+psycopg://grader:***@db.example/course"


@pytest.mark.parametrize("url", ["postgresql//me:s3cret@db", "postgresql://me:s3cret@db:port/c", "s3cret"])
def test_an_address_that_is_none_is_told_without_it(url):
    with pytest.raises(CourseError, match="no address of a database") as caught:
        opened(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_another_kind_of_database_is_refused():
    with pytest.raises(CourseError, match="of the kind mysql"):
        opened("mysql://grader:s3cret@db/course")


def test_a_driver_that_is_not_installed_is_told_with_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(CourseError, match=r"(?s)driver that is not installed: psycopg.*\[postgres\]"):
        opened(SERVER)


def test_a_file_is_locked_while_it_is_written_and_can_be_read(tmp_path):
    url = f"sqlite:///{tmp_path}/some.db"
    first, second = opened(url), opened(url)
    with writing(first, "toy") as db:
        db.exec_driver_sql("create table points (n integer)")
    with writing(first, "toy"), told(url, "used"):
        with reading(second) as db:
            assert db.exec_driver_sql("select count(*) from points").scalar() == 0
        with second.connect() as db:
            db.exec_driver_sql("pragma busy_timeout = 0")
            with pytest.raises(OperationalError, match="locked"):
                db.exec_driver_sql("begin immediate")
    first.dispose()
    second.dispose()
