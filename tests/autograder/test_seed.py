"""The seed of the hidden cases is kept in the course, and every way of grading draws from it."""

import nbformat
import numpy as np
import pytest
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from autograder import cli, commands
from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading import records
from autograder.grading.driver import Settings, grade
from autograder.grading.preprocessor import Isolated
from autograder.seed import keep_seed, seed_of
from autograder.synthetic.students import draw_class
from autograder.term.settings import SETTINGS_FILE
from autograder.units.prepare import prepare
from reference.judge.drawing import draw
from reference.judge.examine import examined, set_seed
from reference.kit import units
from tests.autograder.sabotage import Lent
from tests.autograder.toy_class import RIGHT, WRONG, hand_in

SEEDS = (0, 1, 7, 2**40)
BATCHNORM = units.load("batchnorm").exercises


def test_a_course_keeps_its_seed(tmp_path):
    course = Course(tmp_path)
    assert seed_of(course) == 0
    assert not keep_seed(course, 0)
    assert keep_seed(course, 7)
    assert not keep_seed(course, 7)
    assert seed_of(Course(tmp_path)) == 7


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("seed", "numbers do not"),
        ("seed = -1", "--seed N"),
        ("seed = true", "--seed N"),
        ("seed = 1.5", "--seed N"),
        ("seed = 1\nsede = 2", "write seed"),
        ("\udcff", "UTF-8"),
    ],
)
def test_a_file_that_does_not_tell_is_an_error_with_the_remedy(text, remedy, tmp_path):
    (tmp_path / SETTINGS_FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CourseError, match=rf"course\.toml(.|\n)*{remedy}"):
        seed_of(Course(tmp_path))


def test_grade_keeps_the_seed_it_is_given(toy_course, template, monkeypatch, capsys):
    monkeypatch.setattr(cli, "Course", lambda root: toy_course)
    monkeypatch.setattr(commands, "Templates", lambda *_: Lent(template))
    hand_in(toy_course, ada=RIGHT, bob=WRONG)

    def said(*more):
        assert cli.main(["grade", "toy", "--jobs", "1", *more]) == 0
        return capsys.readouterr().out

    assert "2 graded" in said()
    changed = said("--seed", "7")
    assert "drawn from seed 7 from now on" in changed
    assert "graded anew" in changed
    assert "2 graded" in changed
    for more in ((), ("--seed", "7")):
        again = said(*more)
        assert "from now on" not in again
        assert "2 unchanged" in again
    assert "2 graded" in said("--seed", "0")


@pytest.mark.parametrize("seed", ["-1", "x"])
def test_a_seed_is_a_whole_number(seed, capsys):
    with pytest.raises(SystemExit):
        cli.main(["grade", "batchnorm", "--seed", seed])
    assert "--seed" in capsys.readouterr().err


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The real batchnorm unit with one wrong answer, whose errors depend on the hidden cases."""
    made = Course(tmp_path_factory.mktemp("course"))
    prepare(made, ["batchnorm"])
    (student,) = [one for one in draw_class(made, "batchnorm", 12, 3) if one.kind == "mistaken"][:1]
    folder = made.submitted / "ada" / "batchnorm"
    folder.mkdir(parents=True)
    (folder / "batchnorm.ipynb").write_bytes(next(iter(student.files.values())))
    return made


def errors_in(course):
    """What the checks of the graded notebook show."""
    graded = nbformat.read(course.autograded / "ada" / "batchnorm" / "batchnorm.ipynb", as_version=4)
    return [cell.outputs for cell in graded.cells if "check-" in str(cell.metadata.get("nbgrader"))]


def test_all_ways_of_grading_draw_from_the_seed_of_the_course(course, template):
    def ours():
        grade(course, "batchnorm", settings=Settings(jobs=1), templates=Lent(template))
        return errors_in(course)

    usual = ours()
    keep_seed(course, 7)
    seventh = ours()
    assert seventh != usual

    config = course.config()
    assert Isolated(config=config).request(Assignment(course, "batchnorm")).seed == 7
    api = NbGraderAPI(CourseDirectory(config=config), config=config)  # the form grader's button calls this
    assert api.autograde("batchnorm", "ada", force=True)["success"]
    assert errors_in(course) == seventh
    (record,) = records.load_all(Assignment(course, "batchnorm"))
    assert record.cache_key == ""
    assert ours() == seventh


@pytest.fixture
def seeded():
    """Draw hidden cases from a seed; afterwards from the usual one."""
    yield set_seed
    set_seed(0)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_the_seed_solutions_earn_everything_and_stubs_nothing(seed, seeded):
    seeded(seed)
    for exercise in BATCHNORM:
        functions = exercise.functions
        truth, partners = functions[exercise.name], [f for n, f in functions.items() if n != exercise.name]
        assert examined(truth, *partners, unit="batchnorm", points=2.0).points == 2.0

        def stub(*arguments, **more):
            raise NotImplementedError

        stub.__name__ = exercise.name
        assert examined(stub, *partners, unit="batchnorm", points=2.0).points == 0.0


@pytest.mark.parametrize("exercise", BATCHNORM, ids=lambda exercise: exercise.name)
def test_hidden_cases_differ_between_seeds_and_visible_ones_do_not(exercise):
    one, other = draw(exercise, 0), draw(exercise, 7)
    same = [np.array_equal(flat(a.inputs), flat(b.inputs)) for a, b in zip(one, other, strict=True)]
    visible = [case.visible for case in exercise.graded]
    assert all(alike for alike, shown in zip(same, visible, strict=True) if shown)
    assert not all(alike for alike, shown in zip(same, visible, strict=True) if not shown)


def flat(inputs):
    """All the numbers of a case in one array."""
    parts = [np.ravel(part) for part in inputs.values() if isinstance(part, np.ndarray)]
    return np.concatenate(parts) if parts else np.zeros(0)
