"""Are the tests of the exercises any good? Every known mistake must fail and be diagnosed as itself, every
other right way must earn everything, and work that was not done must earn nothing. A mistake that only hidden
cases see has its reason.

    python -m reference.killmatrix [UNIT...] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from reference.judge.diagnosis import diagnose, judged_alone
from reference.judge.drawing import draw
from reference.judge.randomness import same_random_state
from reference.judge.record import judged_visibly, visible_mistakes
from reference.kit import units
from reference.kit.exercise import Exercise, Misconception, Unit
from stagewise.judge.asking import AskedCase
from stagewise.judge.explaining import recognise
from stagewise.judge.judging import Judged, judge
from stagewise.show.plain import say_plainly

SEEDS = (0, 1, 2)
LEAST_MISCONCEPTIONS = 3
LEAST_ALTERNATIVES = 2
_AUTHORS = ("NameError", "UnboundLocalError", "RecursionError")


@dataclass(frozen=True, slots=True)
class Entry:
    """One variant of one exercise: the highest and lowest fraction it earned over the seeds, as what it was
    diagnosed, whether students' own checks recognise it ("", when it is none of their business), and the
    author's reason where they need not see it."""

    exercise: str
    variant: str
    role: str  # misconception, alternative, truth, stub
    lowest: float
    highest: float
    diagnosed: tuple[str, ...]
    visible: str
    problems: tuple[str, ...]
    hidden_only: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """All entries of a unit, and problems that concern an exercise as a whole."""

    unit: str
    entries: tuple[Entry, ...]
    problems: tuple[str, ...]

    @property
    def all_problems(self) -> tuple[str, ...]:
        """Every problem as a sentence that begins with the exercise; empty when the matrix holds."""
        found = [f"{e.exercise}, {e.role} {e.variant!r}: {p}" for e in self.entries for p in e.problems]
        return (*self.problems, *found)


def killmatrix(unit: Unit, seeds: Sequence[int] = SEEDS) -> Matrix:
    """Judge every variant of every exercise on the cases of every seed."""
    entries: list[Entry] = []
    problems: list[str] = []
    for exercise in unit.exercises:
        problems += _too_few(exercise) + _stale_pairs(exercise)
        entries += [_nothing(exercise, name, stub, seeds) for name, stub in _STUBS.items()]
        entries.append(_earns_all(exercise, exercise.name, "truth", exercise.functions, seeds))
        for alternative in exercise.alternatives:
            functions = alternative.functions(exercise)
            entries.append(_earns_all(exercise, alternative.name, "alternative", functions, seeds))
        entries += _all_killed(exercise, seeds)
    return Matrix(unit.name, tuple(entries), tuple(problems))


def _unwritten(*_: Any, **__: Any) -> Any:
    raise NotImplementedError


def _returns_none(*_: Any, **__: Any) -> Any:
    return None


_STUBS: dict[str, Callable[..., Any]] = {
    "raises NotImplementedError": _unwritten,
    "returns None": _returns_none,
}


def _nothing(exercise: Exercise, name: str, stub: Callable[..., Any], seeds: Sequence[int]) -> Entry:
    functions = {**exercise.functions, exercise.name: stub}
    scores = [_judged(functions, draw(exercise, seed)).fraction for seed in seeds]
    problems = (f"earns {max(scores):.3f} although nothing was done",) if max(scores) > 0 else ()
    return Entry(exercise.name, name, "stub", min(scores), max(scores), (), "", problems)


def _earns_all(
    exercise: Exercise,
    name: str,
    role: str,
    functions: Mapping[str, Callable[..., Any]],
    seeds: Sequence[int],
) -> Entry:
    judged = {seed: _judged(functions, draw(exercise, seed)) for seed in seeds}
    scores = [one.fraction for one in judged.values()]
    problems = []
    for seed, one in judged.items():
        problems += [f"seed {seed}, {r.case}, {r.output}: {r.message}" for r in one.rows if r.credit < 1]
    return Entry(exercise.name, name, role, min(scores), max(scores), (), "", tuple(problems))


def _all_killed(exercise: Exercise, seeds: Sequence[int]) -> list[Entry]:
    """The entries of the known mistakes."""
    fates = zip(*(_fates(exercise, seed) for seed in seeds), strict=True)
    judged = [one.judged for one in judged_visibly(exercise)]
    seen, broken = [_recognised(exercise, one) for one in judged], list(map(_broken, judged))
    return list(map(partial(_killed, exercise), exercise.misconceptions, fates, seen, broken))


def _broken(judged: Judged) -> tuple[str, ...]:
    """The problem of a mistake that ends in an exception of the author's making: its change names what the
    truth's module does not know, or what it calls by the truth's name is itself."""
    failure = judged.failure
    return (f"cannot run: {failure.message}",) if failure and failure.exception_name in _AUTHORS else ()


def _fates(exercise: Exercise, seed: int) -> list[tuple[float, str]]:
    """What each known mistake earns on the cases of a seed, and as which it is diagnosed ("" for none)."""
    judged = judged_alone(exercise, seed)
    found = (diagnose(one, exercise, seed) for one in judged)
    return [(one.fraction, known.name if known else "") for one, known in zip(judged, found, strict=True)]


def _killed(
    exercise: Exercise,
    one: Misconception,
    fates: Sequence[tuple[float, str]],
    visible: str,
    broken: tuple[str, ...] = (),
) -> Entry:
    scores = [score for score, _ in fates]
    diagnosed = tuple(dict.fromkeys(name for _, name in fates))
    problems = broken or _kill_problems(exercise, one, max(scores), diagnosed, visible)
    ranged = min(scores), max(scores)
    return Entry(
        exercise.name, one.name, "misconception", *ranged, diagnosed, visible, problems, one.hidden_only
    )


def _kill_problems(
    exercise: Exercise, one: Misconception, highest: float, diagnosed: Sequence[str], visible: str
) -> tuple[str, ...]:
    name = one.name
    if highest == 1:
        return ("survives: it earns everything",)
    problems = [
        f"is diagnosed as {other!r}" if other else "is not diagnosed"
        for other in diagnosed
        if other != name and not _explained(exercise, name, other)
    ]
    if visible not in (name, HIDDEN_ONLY) and not _explained(exercise, name, visible):
        problems.append(
            f"students' checks recognise it as {visible!r}" if visible else "students' checks miss it"
        )
    if visible == HIDDEN_ONLY and not one.hidden_only:
        problems.append("only hidden cases see it, and no reason is given (hidden_only)")
    if visible != HIDDEN_ONLY and one.hidden_only:
        problems.append("is said to show in hidden cases only, and students' checks see it")
    return tuple(problems)


HIDDEN_ONLY = "(hidden cases only)"


def _judged(functions: Mapping[str, Callable[..., Any]], cases: Sequence[AskedCase]) -> Judged:
    """The same each time, also where functions draw random numbers."""
    with same_random_state():
        return judge(functions, cases)


def _recognised(exercise: Exercise, judged: Judged) -> str:
    """What a student's own check says of what is judged so: a misconception's name, "" for none, or that
    visible cases all pass."""
    if judged.fraction == 1:
        return HIDDEN_ONLY
    found = recognise(judged, visible_mistakes(exercise))
    return found.name if found else ""


def _explained(exercise: Exercise, one: str, other: str) -> bool:
    return (one, other) in exercise.explained_pairs or (other, one) in exercise.explained_pairs


def _too_few(exercise: Exercise) -> list[str]:
    problems = []
    for word, found, least in (
        ("misconceptions", len(exercise.misconceptions), LEAST_MISCONCEPTIONS),
        ("alternatives", len(exercise.alternatives), LEAST_ALTERNATIVES),
    ):
        if found < least:
            problems.append(f"{exercise.name}: {found} {word}, at least {least} are needed")
    return problems


def _stale_pairs(exercise: Exercise) -> list[str]:
    names = {one.name for one in exercise.misconceptions}
    odd = [name for pair in exercise.explained_pairs for name in pair if name not in names]
    return [
        f"{exercise.name}: explained_pairs names {name!r}, which is no misconception of it" for name in odd
    ]


def table(matrix: Matrix) -> str:
    """The matrix for people: one line a variant, problems below."""
    width = max((len(e.variant) for e in matrix.entries), default=0)
    lines = [f"{matrix.unit}"]
    for exercise in dict.fromkeys(e.exercise for e in matrix.entries):
        lines.append(f"\n  {exercise}")
        for e in (e for e in matrix.entries if e.exercise == exercise):
            mark = "!!" if e.problems else "ok"
            seen = {e.variant: "yes", HIDDEN_ONLY: "no"}.get(e.visible, e.visible)
            said = f"  visible: {seen}" if e.role == "misconception" else ""
            lines.append(
                f"    {mark}  {e.role:13}  {e.variant:{width}}  {e.lowest:5.3f} to {e.highest:5.3f}{said}"
            )
    killed = sum(e.role == "misconception" and not e.problems for e in matrix.entries)
    lines.append(f"\n  {killed} misconceptions killed and named, {len(matrix.all_problems)} problems")
    hidden = [
        f"  hidden only: {e.exercise}, {e.variant}: {e.hidden_only}" for e in matrix.entries if e.hidden_only
    ]
    return "\n".join([*lines, *hidden, *(f"  !! {problem}" for problem in matrix.all_problems)])


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 when a matrix has a problem."""
    say_plainly()
    parser = argparse.ArgumentParser(prog="python -m reference.killmatrix", description=__doc__)
    parser.add_argument("unit", nargs="*", help="units (default: all)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS), help="seeds of the hidden cases")
    options = parser.parse_args(arguments)
    matrices = [killmatrix(units.load(name), options.seeds) for name in options.unit or units.names()]
    if options.json:
        print(json.dumps([{**asdict(m), "all_problems": m.all_problems} for m in matrices], indent=1))
    else:
        print("\n\n".join(map(table, matrices)))
    return 1 if any(m.all_problems for m in matrices) else 0


if __name__ == "__main__":
    sys.exit(main())
