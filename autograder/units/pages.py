"""Pages: notebooks for students in which nothing is asked or graded; their text is in solutions/pages/."""

from collections.abc import Callable

from autograder.course import Course
from autograder.units import percent
from autograder.units.assemble import assemble, serialize
from autograder.units.percent import Role
from autograder.whole_files import replace


def page(course: Course, name: str) -> str:
    """The notebook of a page, as its file is to be; AuthorError for a cell that asks for something."""
    source = percent.read(course.pages / f"{name}.py")
    if name in course.units():
        raise source.fault(1, f"{name!r} is a unit, too", "rename the page")
    for cell in source.cells:
        if cell.role is not Role.PLAIN:
            problem = f"a page asks for nothing, and this cell has the role {cell.role.value!r}"
            raise source.fault(cell.line, problem, "leave the role out")
    return serialize(assemble(source))


def build_pages(course: Course, report: Callable[[str], object] = lambda line: None) -> None:
    """Write every page into the course's release; `report` receives a line of text for each."""
    for name in course.page_names():
        changed = replace(course.student(name), page(course, name))
        report(f"{name}: a page, {'1 file changed' if changed else 'nothing changed'}")
