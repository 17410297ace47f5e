"""Moodle (mod/assign/classes/downloader.php).

As folders `Full name_NUMBER_assignsubmission_file_/…` (with or without the last `_`), otherwise files
`Full name_NUMBER_assignsubmission_file_NAME`; the number is one of this assignment. Moodle turns each `_`
of a name into a blank, so the first mark is its own. Text that was typed in is
`…_assignsubmission_onlinetext…`. Teams: `Team's name_NUMBER_…`, `Default group_…` for those who are in
none; before Moodle 3.1 one folder for each member, `Team's name-Full name_NUMBER_…`. Its zips hold the
time of the download, not of the submission.
"""

from __future__ import annotations

import re

from autograder.collecting.owner import Named, Owner, Parts, safe_id

_NAMED = re.compile(r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_|$)")
_TEAM = re.compile(
    r"(?:default group|groups?|teams?|gruppen?|groupes?|équipes?|grupos?|equipos?|equipes?|gruppo|"
    r"squadra|groep|grupp|lag|hold|skupina|zespół|группа|команда|조|팀|그룹|チーム|グループ|组|組|小组)(?![^\W\d])[\s_.\w-]*",
    re.IGNORECASE,
)


def named(path: Parts) -> Named | None:
    """The owner of the file at this path, if Moodle named it."""
    found = _NAMED.match(path[0])
    if found is None:
        return None
    return Named(_owner(found["name"], found["number"] or "", found["kind"]), found.end())


def looks_like_team(name: str) -> bool:
    """Whether a name is one that Moodle proposes for teams, in one of its languages."""
    return _TEAM.fullmatch(name) is not None


def _owner(name: str, number: str, kind: str) -> Owner:
    key, is_text = f"{name}#{number}", kind == "onlinetext"
    if name == "Participant":  # the number is one of this assignment, but it is all there is
        return Owner(key, safe_id(f"{name}_{number}"), "", number, sure=True, is_text=is_text)
    team, _, member = name.partition("-")
    if member and looks_like_team(team.strip()):
        return Owner(key, safe_id(member), member, number, also=(name,), is_text=is_text)
    if not number or looks_like_team(name):
        return Owner(key, "", name, number, team=name, is_text=is_text)
    return Owner(key, safe_id(name), name, number, is_text=is_text)
