"""The report as one HTML page that needs nothing beside it: no network, no script, no other file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from autograder.classreport import pictures
from autograder.classreport.estimates import Estimate
from autograder.classreport.exercises import OUTCOMES
from autograder.classreport.glossary import TERMS
from autograder.classreport.report import ClassReport, UnitReport, shares_of_all
from autograder.reports.sheets import in_words
from autograder.reports.templating import TEMPLATES, environment, style_sheet

_HERE = Path(__file__).with_name("templates")
MOST_MISTAKES = 15
_MOST_IN_A_UNIT = 12


def page(
    report: ClassReport,
    made: datetime,
    *,
    anonymous: bool,
    on_unit: Callable[[str], None] = lambda unit: None,
) -> str:
    """The page; `made` is when, `anonymous` whether names were left out. `on_unit` hears of each unit that is
    drawn.
    """
    drawn = {}
    for unit in report.units:
        drawn[unit.results.unit] = _drawn(unit)
        on_unit(unit.results.unit)
    looks = environment(_HERE)
    looks.filters |= {"number": number, "percent": percent, "words": in_words, "day": day}
    return looks.get_template("report.html.j2").render(
        css=style_sheet(TEMPLATES / "page.css") + style_sheet(_HERE / "report.css"),
        report=report,
        made=made,
        anonymous=anonymous,
        outcomes=OUTCOMES,
        terms=TERMS,
        most=MOST_MISTAKES,
        most_in_a_unit=_MOST_IN_A_UNIT,
        drawn=drawn,
        heat_map=pictures.heat_map(report) if shares_of_all(report.results).size else "",
        correlations=_correlations(report),
        doubts=[(unit, list(odd)) for unit, odd in groupby(report.doubts, key=lambda one: one.unit)],
        judged=sum(one.difficulty.value is not None for unit in report.units for one in unit.exercises),
        waits=any(exercise.waiting for unit in report.units for exercise in unit.exercises),
    )


def _drawn(unit: UnitReport) -> Mapping[str, Any]:
    """The pictures of a unit; none where the class is too small for them."""
    if len(unit.results.students) < pictures.LEAST_DRAWN or not pictures.answered(unit):
        return {}
    beside = []
    if sum(unit.tenths) >= pictures.LEAST_DRAWN:
        beside.append(pictures.points(unit))
    if pictures.timed(unit) >= pictures.LEAST_DRAWN:
        beside.append(pictures.times(unit))
    return {"endings": pictures.endings(unit), "beside": beside}


def _correlations(report: ClassReport) -> str:
    told = [one for one in report.following if one.correlation.value is not None]
    return pictures.correlations(told) if len(told) > 1 else ""


def number(estimate: Estimate) -> str:
    """A number with its interval, two decimals each; or why there is none."""
    if estimate.value is None:
        return estimate.why
    ends = "" if estimate.low is None else f" [{estimate.low:.2f}, {estimate.high:.2f}]"
    return f"{estimate.value:.2f}{ends}"


def percent(estimate: Estimate) -> str:
    """Per cent with its ends, without decimals; or why there is none."""
    if estimate.value is None:
        return estimate.why
    ends = "" if estimate.low is None else f" [{estimate.low:.0f}, {estimate.high:.0f}]"
    return f"{estimate.value:.0f} %{ends}"


def day(when: datetime | None) -> str:
    """A date and a time, which are UTC."""
    return "" if when is None else f"{when:%Y-%m-%d %H:%M} UTC"
