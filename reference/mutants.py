"""Would the tests notice a slip anywhere in a truth? Its edits, judged as students' work is.

    python -m reference.mutants [UNIT...] [--all]

Prints for each unit how many of them lose points, those that do not, and the known mistakes that are told of
one although they answer some case otherwise. Without --all a sample.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from reference.judge.equivalents import Equivalent, listed, problems
from reference.judge.mutating import Mutant, described, edits_of, judged_mutants
from reference.kit import units
from reference.kit.exercise import Unit

SAMPLE = 100


@dataclass(frozen=True, slots=True)
class Score:
    """What came of a unit's mutants: those judged, of these the ones that survive and are not listed as
    equivalent, and what is wrong with that list."""

    unit: str
    judged: tuple[Mutant, ...]
    equivalent: int
    survivors: tuple[Mutant, ...]
    problems: tuple[str, ...]

    @property
    def told(self) -> tuple[Mutant, ...]:
        """The mutants that are told a known mistake."""
        return tuple(one for one in self.judged if one.graded or one.checked)

    @property
    def unsupported(self) -> tuple[Mutant, ...]:
        """Those that are told one which answers some case otherwise."""
        return tuple(one for one in self.judged if one.unsupported)

    @property
    def share(self) -> float:
        """The share of the mutants that are not equivalent and lose points."""
        counted = len(self.judged) - self.equivalent
        return 1 - len(self.survivors) / counted if counted else 1.0


def score(unit: Unit, entries: Sequence[Equivalent], sample: int | None = SAMPLE, seed: int = 0) -> Score:
    """Judge a sample of the unit's mutants, or all of them for None, `entries` of which are equivalent.

    seed: of the sample and of the hidden cases.
    """
    made = [(exercise, edit) for exercise in unit.exercises for edit in edits_of(exercise)]
    chosen = made if sample is None else random.Random(seed).sample(made, min(sample, len(made)))
    judged = [
        mutant
        for exercise in unit.exercises
        for mutant in judged_mutants(unit, exercise, [edit for one, edit in chosen if one is exercise], seed)
    ]
    alive = [one for one in judged if one.fraction == 1]
    survivors = [one for one in alive if not _covered(one, entries)]
    killed = [(one.exercise, described(one.edit)) for one in judged if one.fraction < 1]
    wrong = problems(entries, [(exercise.name, described(edit)) for exercise, edit in made], killed)
    return Score(unit.name, tuple(judged), len(alive) - len(survivors), tuple(survivors), tuple(wrong))


def _covered(mutant: Mutant, entries: Sequence[Equivalent]) -> bool:
    return any(one.covers(mutant.exercise, described(mutant.edit)) for one in entries)


def table(one: Score) -> str:
    """The score for people: a line of numbers, then what has to be looked at."""
    lines = [
        f"{one.unit}: {len(one.judged)} mutants, {one.equivalent} equivalent, {len(one.survivors)} survive "
        f"({100 * one.share:.2f} % killed); {len(one.told)} are told a known mistake, "
        f"{len(one.unsupported)} of them one that answers a case otherwise"
    ]
    for mutant in one.survivors:
        lines.append(f"  survives: {_shown(mutant)}")
    for mutant in one.unsupported:
        by = f"graded: {mutant.graded or '-'}, checked: {mutant.checked or '-'}"
        lines.append(f"  told {', '.join(mutant.unsupported)} ({by}): {_shown(mutant)}")
    return "\n".join([*lines, *(f"  !! {problem}" for problem in one.problems)])


def _shown(mutant: Mutant) -> str:
    edit = mutant.edit
    where = f"line {edit.first}" if edit.first == edit.last else f"lines {edit.first} to {edit.last}"
    return f"{mutant.exercise}, {where} ({edit.kind.name.lower()})\n    - {edit.old}\n    + {edit.new}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 when a mutant survives or is told what is not so, or the list of equivalent ones is
    wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m reference.mutants", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("unit", nargs="*", help="units (default: all)")
    parser.add_argument("--all", action="store_true", help=f"all mutants, not {SAMPLE} of each unit")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the sample and of the hidden cases (default: 0)"
    )
    options = parser.parse_args(arguments)
    well = True
    for name in options.unit or units.names():
        found = score(units.load(name), listed(name), None if options.all else SAMPLE, options.seed)
        print(table(found), flush=True)
        well = well and not (found.survivors or found.unsupported or found.problems)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
