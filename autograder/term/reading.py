"""course.toml becomes settings; the first mistake in it is told with its line and the remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.errors import CourseError
from autograder.github import HOW, owner_and_name
from autograder.term.penalty import HOW_PENALTIES, HOW_SPANS, penalty, span
from autograder.term.positions import Keys, line_of
from autograder.term.settings import USUAL_SEED, CourseSettings, Extension, UnitSettings

_COURSE = ("seed", "timezone", "order", "grace", "penalty", "repository", "title", "units", "extensions")
_UNIT = ("due", "grace", "penalty", "counts", "points")
_EXTENSION = ("student", "unit", "until", "why")
_HOW_SEED = (
    "write seed = N with a whole number from 0, or take the line out and name the seed once: "
    "python -m autograder grade UNIT --seed N"
)
_HOW_TITLE = 'write the name in quotes: title = "Neural networks, autumn 2026"'
_HOW_DATES = "write a date, or a date with a time, without quotes, as 2026-10-12 or 2026-10-12T18:00:00"
_HOW_ZONES = 'write a time zone such as "Europe/Zurich" or "UTC"'
_HOW_TOML = 'correct it; texts stand in quotes, dates and numbers do not: due = 2026-10-12, why = "ill"'
_YEARS = range(2000, 2200)
_END_OF_DAY = time(23, 59, 59)


def read(path: Path, sources: Sequence[str], others: Sequence[str] = ()) -> CourseSettings:
    """The settings in this file, of a course whose units can be these `sources` and which has `others`
    without one; read once as long as the file stays the same. CourseError for the first mistake in it.
    """
    try:
        state = path.stat()
        return _read(path, tuple(sources), tuple(others), state.st_mtime_ns, state.st_size)
    except OSError as problem:
        raise CourseError(
            f"{path} could not be read: {problem.strerror}", "see that it is a file that you may read"
        ) from problem


@lru_cache(maxsize=32)
def _read(
    path: Path, sources: tuple[str, ...], others: tuple[str, ...], mtime_ns: int, size: int
) -> CourseSettings:
    return settings_in(path.read_bytes(), str(path), sources, others)


def settings_in(raw: bytes, file: str, sources: Sequence[str], others: Sequence[str] = ()) -> CourseSettings:
    """The settings that the bytes of a file tell; CourseError, which names the `file`, for a mistake."""
    try:
        text = raw.decode()
        return _Reader(file, text, tomllib.loads(text), sources, others).settings()
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        raise CourseError(f"{file}, line {line}, is not in UTF-8", "save the file in UTF-8") from None
    except tomllib.TOMLDecodeError as problem:
        said = str(problem)
        raise CourseError(f"{file} is no TOML: {said[:1].lower()}{said[1:]}", _HOW_TOML) from None


@dataclass(frozen=True, slots=True)
class _Reader:
    """One file: its text for the lines of mistakes, what it says, and the units that there are."""

    file: str
    text: str
    data: Mapping[str, Any]
    sources: Sequence[str]
    others: Sequence[str]

    def settings(self) -> CourseSettings:
        if isinstance(self.data.get("units"), list):
            raise self._fault(
                ("units",),
                "units is a list of names",
                "choose the units with order = [...]; tables [units.NAME] say more of each",
            )
        self._require_known((), _COURSE)
        order, zone = self._order(), self._zone()
        usual = self._lateness((), UnitSettings())
        names = self._typed((), "units", dict, {}, "begin a table for each unit: [units.NAME]")
        of_units = {name: self._unit(name, order, usual, zone) for name in names}
        return CourseSettings(
            self._seed(),
            zone,
            order,
            of_units,
            self._extensions(order, of_units, zone),
            usual,
            self._repository(),
            self._typed((), "title", str, "", _HOW_TITLE),
        )

    def _seed(self) -> int:
        seed = self.data.get("seed", USUAL_SEED)
        if type(seed) is not int or seed < 0:
            raise self._fault(("seed",), f"seed is {_quoted(seed)}", _HOW_SEED)
        return seed

    def _zone(self) -> ZoneInfo | None:
        name = self._typed((), "timezone", str, None, _HOW_ZONES)
        try:
            return None if name is None else ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise self._fault(("timezone",), f"{name!r} is no time zone", _HOW_ZONES) from None

    def _order(self) -> tuple[str, ...] | None:
        names = self._typed(
            (), "order", list, None, 'write a list of units: order = ["activations", "batchnorm"]'
        )
        if names is None:
            return None
        for name in names:
            if name in self.others:
                raise self._fault(
                    ("order",), f"{name} has no source in solutions/", "take it out: it is built otherwise"
                )
            self._require_unit(("order",), name, None)
        if not names or len(set(names)) < len(names):
            said = "is empty" if not names else "names a unit twice"
            raise self._fault(("order",), f"order {said}", "name each unit of the course once")
        return tuple(names)

    def _repository(self) -> str:
        address: str = self._typed((), "repository", str, "", HOW)
        if address and owner_and_name(address) is None:
            raise self._fault(("repository",), f"the repository {address!r} is none that Colab opens", HOW)
        return address

    def _unit(
        self, name: str, order: Sequence[str] | None, usual: UnitSettings, zone: ZoneInfo | None
    ) -> UnitSettings:
        keys: Keys = ("units", name)
        self._require_unit(keys, name, order)
        if not isinstance(self._at(keys), dict):
            raise self._fault(
                keys, f"units.{name} is {_quoted(self._at(keys))}", f"begin a table: [units.{name}]"
            )
        self._require_known(keys, _UNIT)
        points = self._typed(
            keys, "points", (int, float), None, "write the most points of the unit: points = 50"
        )
        if points is not None and not 0 < points < float("inf"):
            raise self._fault((*keys, "points"), f"points is {points}", "write a number above 0")
        return replace(
            self._lateness(keys, usual),
            due=self._date((*keys, "due"), zone),
            counts=self._typed(keys, "counts", bool, True, "write true or false"),
            points=None if points is None else float(points),
        )

    def _lateness(self, keys: Keys, usual: UnitSettings) -> UnitSettings:
        """`usual` with the grace and the penalty that stand in the table at `keys`."""
        grace, cost = usual.grace, usual.penalty
        told = self._typed(keys, "grace", str, None, f"write {HOW_SPANS}")
        if told is not None:
            grace = self._parsed((*keys, "grace"), span, told, HOW_SPANS)
        told = self._typed(keys, "penalty", (str, list), None, f"write {HOW_PENALTIES}")
        if told is not None:
            cost = self._parsed((*keys, "penalty"), penalty, told, HOW_PENALTIES)
        return UnitSettings(grace=grace, penalty=cost)

    def _extensions(
        self, order: Sequence[str] | None, of_units: Mapping[str, UnitSettings], zone: ZoneInfo | None
    ) -> tuple[Extension, ...]:
        tables = self._typed((), "extensions", list, [], "begin each with [[extensions]]")
        found: dict[tuple[str, str], Extension] = {}
        for number in range(len(tables)):
            keys: Keys = ("extensions", number)
            one = self._extension(keys, order, of_units, zone)
            if (one.student, one.unit) in found:
                raise self._fault(
                    keys,
                    f"{one.student} has an extension in {one.unit} already",
                    "keep one of the two",
                )
            found[one.student, one.unit] = one
        return tuple(found.values())

    def _extension(
        self,
        keys: Keys,
        order: Sequence[str] | None,
        of_units: Mapping[str, UnitSettings],
        zone: ZoneInfo | None,
    ) -> Extension:
        table = self._at(keys)
        if not isinstance(table, dict):
            raise self._fault(keys, f"an extension is {_quoted(table)}", "begin each with [[extensions]]")
        self._require_known(keys, _EXTENSION)
        lacking = [name for name in ("student", "unit", "until") if name not in table]
        if lacking:
            raise self._fault(keys, f"an extension has no {lacking[0]}", "write student, unit and until")
        student = self._typed(keys, "student", str, "", "write the student's id in quotes")
        unit = self._typed(keys, "unit", str, "", "write the unit's name in quotes")
        self._require_unit((*keys, "unit"), unit, order)
        due, until = of_units.get(unit, UnitSettings()).due, self._date((*keys, "until"), zone)
        if due is None or until is None or until <= due:
            said = f"{unit} has no due date" if due is None else "the extension ends before the unit is due"
            raise self._fault(
                (*keys, "until"), said, f"write due below [units.{unit}], and a later until here"
            )
        why = self._typed(keys, "why", str, "", "write the reason in quotes")
        return Extension(student, unit, until, why)

    def _date(self, keys: Keys, zone: ZoneInfo | None) -> datetime | None:
        """The moment in UTC; of a day its last second. None where nothing is said."""
        given = self._at(keys)
        if given is None:
            return None
        if not isinstance(given, date):
            raise self._fault(keys, f"{keys[-1]} is {_quoted(given)}", _HOW_DATES)
        if given.year not in _YEARS:
            raise self._fault(keys, f"{given} is no date of a course", _HOW_DATES)
        when = given if isinstance(given, datetime) else datetime.combine(given, _END_OF_DAY)
        if when.tzinfo is None:
            when = self._in_zone(keys, when, zone)
        return when.astimezone(UTC)

    def _in_zone(self, keys: Keys, when: datetime, zone: ZoneInfo | None) -> datetime:
        """The moment at which clocks in the zone show this; refused where that is never, or twice."""
        if zone is None:
            raise self._fault(
                keys,
                f"{when} tells no time zone, and the course has none",
                'write timezone = "Europe/Zurich" above the first table, or +02:00 behind the time',
            )
        sooner, later = (when.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        if sooner.utcoffset() != later.utcoffset():
            raise self._fault(
                keys,
                f"in {zone} clocks are changed at {when}, which comes twice or never",
                "choose another time, or write its distance from UTC behind it, as +02:00",
            )
        return sooner

    def _typed(self, keys: Keys, name: str, kind: Any, usual: Any, remedy: str) -> Any:
        """The value of that type, or `usual` where there is none."""
        value = self._at((*keys, name))
        if value is None:
            return usual
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self._fault((*keys, name), f"{name} is {_quoted(value)}", remedy)
        return value

    def _parsed(self, keys: Keys, parse: Callable[[Any], Any], told: Any, how: str) -> Any:
        try:
            if isinstance(told, list) and not all(isinstance(one, str) for one in told):
                raise ValueError(f"{_quoted(told)} is no list of texts")
            return parse(told)
        except ValueError as problem:
            raise self._fault(keys, str(problem), f"write {how}") from None

    def _require_known(self, keys: Keys, known: Sequence[str]) -> None:
        for name in self._at(keys):
            if name not in known:
                near = get_close_matches(name, known, 1)
                remedy = f"write {near[0]}" if near else f"use {', '.join(known[:-1])} or {known[-1]}"
                raise self._fault((*keys, name), f"there is no setting {name}", remedy)

    def _require_unit(self, keys: Keys, name: object, order: Sequence[str] | None) -> None:
        """Whether the course has the unit, or may have it: `order` are those that it has."""
        known = (*self.sources, *self.others)
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            remedy = f"write {near[0]}" if near else f"name one of: {', '.join(known)}"
            raise self._fault(keys, f"there is no unit {_quoted(name)}", remedy)
        if order is not None and name not in (*order, *self.others):
            remedy = "add it to order, or take this out"
            raise self._fault(keys, f"the unit {name} is not in order", remedy)

    def _at(self, keys: Keys) -> Any:
        """What stands there; None where nothing does."""
        data: Any = self.data
        for key in keys:
            data = data[key] if isinstance(key, int) else data.get(key)
        return data

    def _fault(self, keys: Keys, problem: str, remedy: str) -> CourseError:
        return CourseError(f"{self.file}, line {line_of(self.text, keys)}: {problem}", remedy)


def _quoted(value: object) -> str:
    return repr(value) if isinstance(value, str) else str(value)
