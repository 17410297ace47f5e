"""Grade a class: a pool marks submissions, this process alone writes notebooks, gradebook and records.

For each submission the order is: files, then the database, then the record. A run that was killed is taken
up where it was by running the command again, and nothing is done twice or lost.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from autograder.course import Assignment, Course
from autograder.grading import records
from autograder.grading.answers import read_answer
from autograder.grading.board import Board, Slow, Watch
from autograder.grading.gradebook import Entry, GradebookWriter
from autograder.grading.history import after, news
from autograder.grading.lanes import Lanes
from autograder.grading.lateness import require_one_rule
from autograder.grading.marking import Marked, Terms, ended_twice, not_gradable, refused
from autograder.grading.pool import Answer, WorkerPool
from autograder.grading.preparing import new_worker, seed_in_use, terms_of
from autograder.grading.processes import Answering
from autograder.grading.records import Record, digest_of
from autograder.grading.settings import Settings as Settings
from autograder.grading.store import store
from autograder.grading.team_work import TeamWork
from autograder.grading.templates import Templates, ahead_of
from autograder.grading.worker import question, reply
from autograder.intake import files as submissions
from autograder.intake.beside import others
from autograder.intake.files import Submitted
from autograder.reasons import Reason
from autograder.term.dates import DateKeeper
from autograder.units.plan import Plan
from autograder.units.prepare import prepare
from autograder.whole_files import sweep, told_whose_fault

_BATCH = 32
_NOT_IN_BOOK = (Reason.BAD_NAME, Reason.ENVIRONMENT)
_BATCH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Done:
    """One submission that is through; `graded` is False when it was unchanged since an earlier run."""

    record: Record
    graded: bool


def grade(
    course: Course,
    unit: str,
    students: Sequence[str] = (),
    settings: Settings | None = None,
    on_done: Callable[[Done, int], None] = lambda done, total: None,
    templates: Templates | None = None,
    on_slow: Callable[[Sequence[Slow]], None] = lambda slow: None,
) -> tuple[Done, ...]:
    """Grade the submissions of a unit (all, or these students'), in the order in which they get ready.

    Makes the course ready first. `on_done` hears of each submission and of how many there are, `on_slow` of
    those that take long, while they do; `templates` are those launched ahead. Raises CourseError, AuthorError
    or SandboxError; what was finished before stays.
    """
    assignment = Assignment(course, unit)
    settings = settings or Settings()
    prepare(course, [assignment.unit])
    names = submissions.find(assignment, students)
    board = Board()
    settings = replace(settings, seed=seed_in_use(course, settings))
    config, dates = course.config(), DateKeeper(assignment)
    require_one_rule(assignment, config)
    with (
        nullcontext(templates) if templates else _templates(assignment, students, settings) as ahead,
        _pool(assignment, settings, ahead, max(1, min(settings.jobs, len(names))), board) as pool,
        GradebookWriter(course.db_url, assignment.unit, config, dates) as gradebook,
    ):
        sweep(assignment.records)
        terms = terms_of(assignment, settings)
        run = _Run(
            assignment,
            terms,
            settings.force,
            gradebook,
            lambda done: on_done(done, len(names)),
            Watch(board, on_slow),
        )
        run.all(names, pool)
    return tuple(run.done)


def _templates(assignment: Assignment, students: Sequence[str], settings: Settings) -> Templates:
    return Templates(assignment, settings.isolation, ahead_of(assignment, students, settings))


def _pool(
    assignment: Assignment, settings: Settings, ahead: Templates, count: int, board: Board
) -> AbstractContextManager[WorkerPool]:
    """The workers of a cluster, or lanes forked when all that they share is there."""
    if settings.cluster:
        from autograder.cluster.open_pool import open_pool  # with all of Dask

        return open_pool(assignment.course, terms_of(assignment, settings), settings)
    worker = new_worker(assignment, settings)
    worker.know_answers()  # while the templates start
    for template in ahead.ready():
        worker.warm_up(template)

    def begin(lane: int) -> Answering:
        worker.note_with(partial(board.note, lane))
        return partial(reply, worker, lambda: ahead.take(lane))

    return Lanes(begin, count)


class _Run:
    """One grading of a class: what waits, what must be tried again, what is to be written."""

    def __init__(
        self,
        assignment: Assignment,
        terms: Terms,
        force: bool,
        gradebook: GradebookWriter,
        on_done: Callable[[Done], None],
        watch: Watch,
    ) -> None:
        self.assignment, self.terms, self.force = assignment, terms, force
        self.done: list[Done] = []
        self._gradebook = gradebook
        self._on_done = on_done
        self._watch = watch
        self._read: dict[str, Submitted] = {}
        self._again: deque[str] = deque()
        self._lost_once: set[str] = set()
        self._unwritten: list[tuple[Record, Entry]] = []
        self._written_at = time.monotonic()
        self._teams = TeamWork(assignment)
        self._times: dict[str, datetime] = {}  # of what was unchanged, since only the rest is written

    def all(self, names: Sequence[str], pool: WorkerPool) -> None:
        """Everybody once, in parallel; then, each alone on a machine, those who ran out of time, or whose
        candidate or examiner died.
        """
        waiting = deque(names)
        try:
            while waiting or pool.busy:
                self._send(waiting, pool)
                self._collect(pool, waiting, last=False)
            while self._again or pool.busy:
                while self._again and pool.free and pool.busy < pool.alone:
                    name = self._again.popleft()
                    pool.send(name, question(name, self._read[name].raw, last=True))
                self._collect(pool, waiting, last=True)
        finally:
            self._flush(1)
        self._gradebook.charge(self._times)

    def _send(self, waiting: deque[str], pool: WorkerPool) -> None:
        while waiting and pool.free:
            self._begin(waiting.popleft(), pool)

    def _collect(self, pool: WorkerPool, waiting: deque[str], last: bool) -> None:
        self._watch.look(pool.working)
        for answer in pool.answers(_BATCH_SECONDS):
            self._send(waiting, pool)  # whoever is free now goes on while the answer is written
            self._end(answer, last)
        self._flush(_BATCH)

    def _begin(self, student: str, pool: WorkerPool) -> None:
        submitted = submissions.read(self.assignment, student)
        self._read[student] = submitted
        if submitted.problem is not None:
            self._finish(student, refused(student, submitted.raw, self.terms, submitted.problem))
            return
        known = None if self.force else self._unchanged(student, submitted.raw)
        if known is not None:
            self._teams.keep(known)
            del self._read[student]
            if submitted.timestamp is not None:
                self._times[student] = submitted.timestamp
            self._tell(Done(known, graded=False))
        else:
            self._grade(student, submitted.raw, pool)

    def _grade(self, student: str, raw: bytes, pool: WorkerPool) -> None:
        """Have it graded, unless it is a team's and another member's copy is or was."""
        known = self._teams.result(student, digest_of(raw))
        if known is not None:
            self._finish(student, known)
        elif self._teams.is_first(student, digest_of(raw)):
            pool.send(student, question(student, raw))

    def _unchanged(self, student: str, raw: bytes) -> Record | None:
        """The record of an earlier run, if it speaks of these very bytes graded on these very terms."""
        record = records.load(self.assignment, student)
        if record is None or record.cache_key != self.terms.cache_key or record.digest != digest_of(raw):
            return None
        kept = record.reason is not Reason.OK or self.assignment.graded(student).exists()
        return record if kept and self._gradebook.holds(record) else None

    def _end(self, answer: Answer, last: bool) -> None:
        raw = self._read[answer.label].raw
        marked = read_answer(answer, raw, self.terms)
        if self._is_tried_again(answer.label, marked, last):
            self._again.append(answer.label)
        else:
            self._share(answer.label, marked or self._lost(answer.label))

    def _is_tried_again(self, student: str, marked: Marked | None, last: bool) -> bool:
        """Whether it was the first time that its grader died, or that it ended in doubt."""
        if marked is not None:
            return not last and marked.record.in_doubt
        first = student not in self._lost_once
        self._lost_once.add(student)
        return first

    def _share(self, student: str, marked: Marked) -> None:
        """The result of one, and of the members of the same team who wait for it."""
        members = self._teams.end(marked.record.digest)
        self._finish(student, marked)
        for other in members:
            self._finish(other, replace(marked, record=replace(marked.record, student=other)))

    def _lost(self, student: str) -> Marked:
        problem = not_gradable(ended_twice(student))
        return refused(student, self._read[student].raw, self.terms, problem)

    def _finish(self, student: str, marked: Marked) -> None:
        submitted = self._read.pop(student)
        record = marked.record if marked.record.is_final else replace(marked.record, cache_key="")
        earlier = records.load(self.assignment, student)
        if record.reason is Reason.OK:
            if earlier is not None:
                self._save(replace(earlier, cache_key=""))  # what it speaks of is no longer in place
            store(self.assignment, student, marked.notebook, others(self.assignment, student))
            self._teams.keep(record)
        waiting = self._gradebook.waiting(student) if earlier is not None and earlier.changed else ()
        record = after(record, earlier, waiting)
        self._unwritten.append((record, entry_of(record, submitted, self.terms.plan, earlier)))

    def _flush(self, least: int) -> None:
        """Write what is finished to the gradebook and then to the records, when it is much or old."""
        old = time.monotonic() - self._written_at > _BATCH_SECONDS
        if not self._unwritten or (len(self._unwritten) < least and not old):
            return
        unwritten, self._unwritten = self._unwritten, []
        self._gradebook.write([entry for record, entry in unwritten if record.reason not in _NOT_IN_BOOK])
        for record, _ in unwritten:
            self._save(record)
            self._tell(Done(record, graded=True))
        self._written_at = time.monotonic()

    def _save(self, record: Record) -> None:
        with told_whose_fault(self.assignment.course.autograded):
            records.save(self.assignment, record)

    def _tell(self, done: Done) -> None:
        self.done.append(done)
        self._on_done(done)


def entry_of(record: Record, submitted: Submitted, plan: Plan, earlier: Record | None) -> Entry:
    """What the gradebook learns: points of checks; written answers wait for a person, or earn 0 when left
    as released; and what has changed, if the `earlier` record lets that be known.
    """
    if record.reason is not Reason.OK:
        return Entry(record.student, submitted.timestamp, None)
    unanswered = frozenset(record.unanswered)
    scores: dict[str, float | None] = {check.check: check.points for check in record.checks}
    for cell in plan.cells:
        if cell.role == "written":
            scores[cell.grade_id] = 0.0 if cell.grade_id in unanswered else None
    changed = None if news(record, earlier) is None else frozenset(record.changed)
    return Entry(record.student, submitted.timestamp, scores, unanswered, changed)
