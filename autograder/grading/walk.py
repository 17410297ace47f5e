"""The walk through one notebook: the student's cells go to the candidate, check cells (from the plan) to
the examiner.

What a cell is, is read from the plan alone. Of the experiments nothing is run but what other cells name,
unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.examining.disclosure import disclosed_outputs, kept
from autograder.examining.examiner import Examiner
from autograder.examining.known_answers import Subject
from autograder.examining.verdicts import CheckResult
from autograder.grading.alone import Alone
from autograder.grading.experiments import needed
from autograder.grading.records import DOUBTFUL, CheckScore
from autograder.isolation.conversation import CandidateGone
from autograder.units.plan import Plan, PlannedCell

Clean = Callable[[Sequence[Any]], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Walk:
    """The notebook with outputs and counts in its code cells, what each check earned, and whether a cell of
    the student's was stopped for its time or ended its process.

    `withheld`: by the count of a cell what it showed and the notebook does not tell.
    """

    notebook: dict[str, Any]
    checks: tuple[CheckScore, ...]
    stopped: bool
    withheld: dict[str, str]


def grade_notebook(
    notebook: dict[str, Any],
    plan: Plan,
    candidate: Subject,
    examiner: Examiner,
    clean: Clean,
    *,
    explore: bool = False,
) -> Walk:
    """Run the code cells of a notebook in their order.

    `notebook` is one that intake returned: each planned cell occurs once. It is changed in place. CourseError
    when a cell of the course fails by itself.
    """
    planned = {cell.grade_id: cell for cell in plan.cells}
    scores: list[CheckScore] = []
    partly = {} if explore else _of_experiments(notebook, planned)
    # A whole experiment may fail beside unfinished exercises, whatever they are made of.
    student = _Student(candidate, clean, ("given",) if explore else ("given", "explore"))
    count = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code" or not cell["source"].strip():
            continue
        known = planned.get(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
        role = known.role if known is not None else "plain"
        source = cell["source"]
        if known is not None and role == "explore" and not explore:
            source = partly.get(known.grade_id, "")
            if not source:
                continue
        count += 1
        cell["execution_count"] = count
        if known is not None and role == "check":
            result = examiner.run_check(known, student.sources)
            student.examined = True
            cell["outputs"] = [_counted(output, count) for output in result.outputs]
            scores.append(_score(known, result))
            continue
        cell["outputs"] = [_counted(output, count) for output in student.run(source, count, known)]
    return Walk(notebook, tuple(scores), student.stopped, student.withheld)


def _of_experiments(notebook: dict[str, Any], planned: Mapping[str, PlannedCell]) -> dict[str, str]:
    """What of the experiments the other cells of this notebook need, by the names of their cells."""
    experiments = {name: cell.source for name, cell in planned.items() if cell.role == "explore"}
    others = []
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        role = planned[name].role if name in planned else "plain"
        if cell["cell_type"] == "code" and role not in ("explore", "check"):
            others.append(cell["source"])
    return needed(experiments, others)


class _Student:
    """Runs the student's cells until the candidate is gone; the cell that ended it says so.

    Once the code was `examined`, any cell may show what a check has handed over, so that it is `withheld`.
    """

    def __init__(self, candidate: Subject, clean: Clean, courses: Collection[str]) -> None:
        self._candidate = candidate
        self._clean = clean
        self._alone = Alone(courses, lambda name: candidate.lookup(name))
        self._gone = False
        self.stopped = False
        self.examined = False
        self.sources: dict[int, str] = {}
        self.withheld: dict[str, str] = {}

    def run(self, source: str, count: int, known: PlannedCell | None) -> list[dict[str, Any]]:
        if self._gone:
            return []
        self.sources[count] = source
        self._alone.begin(source, known)
        defines = known.grade_id if known is not None and known.role == "exercise" else ""
        try:
            result = self._candidate.run_cell(source, count=count, defines=defines)
        except CandidateGone as end:
            self._alone.died(str(end))
            self._gone = True
            self.stopped |= end.reason in DOUBTFUL
            return [_error("CandidateGone", str(end))]
        self.stopped |= result.status == "timeout"
        shown = self._clean(result.outputs)
        if result.status == "error":
            self._alone.failed(shown)
        if not self.examined or not shown:
            return shown
        self.withheld[f"In[{count}]"] = kept(shown)
        return disclosed_outputs(shown, self.sources)


def _error(name: str, text: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}


def _counted(output: Mapping[str, Any], count: int) -> dict[str, Any]:
    counted = dict(output)
    if counted["output_type"] == "execute_result":
        counted["execution_count"] = count
    return counted


def _score(cell: PlannedCell, result: CheckResult) -> CheckScore:
    return CheckScore(
        check=cell.grade_id,
        points=result.points,
        max=cell.points,
        reason=result.reason,
        diagnosis=result.diagnosis,
        misconception=result.misconception,
        detail=result.detail,
        evidence=result.evidence,
    )
