"""A class drawn from a seed: real notebooks, made from the released one, of students of every kind.

Wrong students hold the course's own misconceptions; the demo, the benchmarks and the fault tests use them.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nbformat
import numpy as np

import reference.kit.units
from autograder.course import Course
from autograder.synthetic.transcript import goes_with_the_rest, written
from autograder.synthetic.trouble import DAMAGES, TRICKS
from autograder.units import from_truth, regions
from autograder.units.assemble import assemble
from autograder.units.percent import Role
from autograder.whole_files import replace, told_whose_fault
from reference.kit.exercise import Exercise, Unit, Variant

HONEST = ("right", "another way", "mistaken", "unfinished")
KINDS = (*HONEST, "damaged", "hostile")
_SHARES = {"right": 6, "another way": 5, "mistaken": 9, "unfinished": 4, "damaged": 3, "hostile": 3}
_ANSWER = "Because the batch is small, its mean and variance are noisy, and the noise acts like a penalty."

Generator = np.random.Generator


@dataclass(frozen=True, slots=True)
class Student:
    """A member of the class: the unit handed in, the kind, what is planted in it, and its files by name."""

    name: str
    unit: str
    kind: str
    planted: tuple[str, ...]
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Material:
    """What notebooks are made from: the released one, and the right source of each exercise's cell."""

    unit: Unit
    released: dict[str, Any]
    solutions: dict[str, str]
    written: tuple[str, ...]


def material(course: Course, unit: str) -> Material:
    """The material of a built unit."""
    notebook = assemble(from_truth.read(course.unit_source(unit)))
    solved, answers = {}, []
    for cell in notebook.cells:
        if cell.metadata.get("stagewise", {}).get("role") == Role.EXERCISE.value:
            lines = cell.source.split("\n")
            kept = [line for line in lines if f" {regions.SOLUTION}" not in line]
            solved[cell.metadata["nbgrader"]["grade_id"]] = "\n".join(kept)
        elif cell.metadata.get("stagewise", {}).get("role") == Role.WRITTEN.value:
            answers.append(cell.metadata["nbgrader"]["grade_id"])
    released = json.loads(course.student(unit).read_bytes())
    return Material(reference.kit.units.load(unit), released, solved, tuple(answers))


def draw_class(
    course: Course, unit: str, count: int, seed: int, kinds: Sequence[str] = KINDS
) -> tuple[Student, ...]:
    """`count` students of the given kinds, in the shares of a usual class; the same for the same seed."""
    return draw_classes(course, [unit], count, seed, kinds)


def draw_classes(
    course: Course, units: Sequence[str], count: int, seed: int, kinds: Sequence[str] = KINDS
) -> tuple[Student, ...]:
    """The same for several units: each student hands in one, and every kind is spread over all of them."""
    rng = np.random.default_rng([seed, count])
    made = {unit: material(course, unit) for unit in units}
    dealt = list(zip(_kinds(count, kinds), itertools.cycle(units), strict=False))
    digits = len(str(count))
    counts: dict[str, int] = {}
    students = []
    for number, place in enumerate(rng.permutation(count), 1):
        kind, unit = dealt[place]
        counts[kind] = counts.get(kind, 0) + 1
        planted, files = _MAKERS[kind](made[unit], rng, counts[kind] - 1)
        students.append(Student(f"student{number:0{digits}}", unit, kind, planted, files))
    return tuple(students)


def _kinds(count: int, kinds: Sequence[str]) -> list[str]:
    """The kind of each of `count` students, one kind after the other; what is left over goes to the first."""
    shares = np.array([_SHARES[kind] for kind in kinds], dtype=float)
    amounts = np.floor(count * shares / shares.sum()).astype(int)
    amounts[0] += count - amounts.sum()
    return [kind for kind, amount in zip(kinds, amounts, strict=True) for _ in range(amount)]


def hand_in(course: Course, students: Sequence[Student]) -> None:
    """Write the class into the course's submitted/."""
    for student in students:
        folder = course.submitted / student.name / student.unit
        with told_whose_fault(folder):
            for name, content in student.files.items():
                replace(folder / name, content)


def notebook_of(made: Material, sources: Mapping[str, str]) -> dict[str, Any]:
    """The released notebook with these sources in its cells, as JupyterLab would have saved it."""
    notebook: dict[str, Any] = json.loads(json.dumps(made.released))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name in sources:
            cell["source"] = sources[name]
    return notebook


def _files(made: Material, notebook: dict[str, Any]) -> dict[str, bytes]:
    text = nbformat.writes(nbformat.from_dict(notebook))
    return {f"{made.unit.name}.ipynb": text.encode()}


def _answers(made: Material) -> dict[str, str]:
    return made.solutions | dict.fromkeys(made.written, _ANSWER)


def solved(course: Course, unit: str) -> dict[str, Any]:
    """The notebook of a student who wrote what the unit's source has."""
    made = material(course, unit)
    return notebook_of(made, _answers(made))


def _right(made: Material, rng: Generator, number: int) -> tuple[tuple[str, ...], dict[str, bytes]]:
    return (), _files(made, notebook_of(made, _answers(made)))


def _another_way(made: Material, rng: Generator, number: int) -> tuple[tuple[str, ...], dict[str, bytes]]:
    def fitting(exercise: Exercise) -> Sequence[Variant]:
        return [one for one in exercise.alternatives if goes_with_the_rest(one, exercise, made.unit)]

    return _with_variants(made, rng, fitting, 6)


def _mistaken(made: Material, rng: Generator, number: int) -> tuple[tuple[str, ...], dict[str, bytes]]:
    return _with_variants(made, rng, lambda exercise: exercise.misconceptions, 1 + number % 3)


def _with_variants(
    made: Material, rng: Generator, of: Callable[[Exercise], Sequence[Variant]], count: int
) -> tuple[tuple[str, ...], dict[str, bytes]]:
    """Right answers, of which `count` exercises are told in another version."""
    sources = _answers(made)
    planted: list[str] = []
    for place in rng.permutation(len(made.unit.exercises)):
        exercise = made.unit.exercises[place]
        variants = of(exercise)
        if len(planted) == count or not variants or exercise.name not in sources:
            continue
        variant = variants[int(rng.integers(len(variants)))]
        source = written(variant, exercise, made.solutions.keys())
        if source is not None:
            sources[exercise.name] = source
            planted.append(f"{exercise.name}: {variant.name}")
    return tuple(planted), _files(made, notebook_of(made, sources))


def _unfinished(made: Material, rng: Generator, number: int) -> tuple[tuple[str, ...], dict[str, bytes]]:
    """The first exercises are solved, the others as they were handed out."""
    names = list(made.solutions)
    reached = int(rng.integers(0, len(names)))
    sources = {name: made.solutions[name] for name in names[:reached]}
    return (f"{reached} of {len(names)} written",), _files(made, notebook_of(made, sources))


def _damaged(made: Material, rng: Generator, number: int) -> tuple[tuple[str, ...], dict[str, bytes]]:
    name, damage = list(DAMAGES.items())[number % len(DAMAGES)]
    files = damage(_files(made, notebook_of(made, _answers(made))), rng)
    return (name,), files


def _hostile(made: Material, rng: Generator, number: int) -> tuple[tuple[str, ...], dict[str, bytes]]:
    """A notebook without answers, whose first exercises hold a trick in their place."""
    name, trick = list(TRICKS.items())[number % len(TRICKS)]
    exercises = list(made.solutions)
    sources = {exercise: trick.replace("EXERCISE", exercise) for exercise in exercises[1:4]}
    return (name,), _files(made, notebook_of(made, made.solutions | sources))


_MAKERS: dict[str, Callable[[Material, Generator, int], tuple[tuple[str, ...], dict[str, bytes]]]] = {
    "right": _right,
    "another way": _another_way,
    "mistaken": _mistaken,
    "unfinished": _unfinished,
    "damaged": _damaged,
    "hostile": _hostile,
}
