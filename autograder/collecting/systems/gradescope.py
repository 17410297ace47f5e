"""Gradescope's export: submission_metadata.yml, and beside it folders `submission_NUMBER/…`.

For each folder the file has `:submitters:` (`:name:`, `:sid:`, `:email:`; several for a team), and
`:created_at:`, the time of submission.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import yaml

from autograder.collecting.owner import Named, Owner, Parts, safe_id

METADATA = "submission_metadata.yml"


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # the library tells no types
    """Plain values only; what Ruby marks as objects of its own is left out."""


_Loader.add_multi_constructor("", lambda loader, suffix, node: None)


def reader(raw: bytes) -> Callable[[Parts], Named | None] | None:
    """What names owners by this file; None when it is not Gradescope's."""
    try:
        told = yaml.load(raw, _Loader)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError):
        return None
    if not isinstance(told, dict):
        return None
    owners = {
        str(folder): _owner(str(folder), entry) for folder, entry in told.items() if isinstance(entry, dict)
    }

    def named(path: Parts) -> Named | None:
        owner = owners.get(path[0])
        return None if owner is None or len(path) < 2 else Named(owner, len(path[0]))

    return named


def _owner(folder: str, entry: Mapping[str, Any]) -> Owner | None:
    people = entry.get(":submitters")
    when = _time(entry.get(":created_at"))
    if not isinstance(people, list):
        return None
    found = [_person(person, when) for person in people if isinstance(person, dict)]
    if not found:
        return None
    if len(found) == 1:
        return found[0]
    return Owner(folder, "", folder, told=when, team=folder, members=tuple(found))


def _person(told: Mapping[str, Any], when: datetime | None) -> Owner:
    name, number, email = (str(told.get(field) or "").strip() for field in (":name", ":sid", ":email"))
    known = number or email or name
    also = tuple(filter(None, (name, email)))
    return Owner(known, safe_id(known), name or email, number, sure=bool(number), told=when, also=also)


def _time(value: object) -> datetime | None:
    """A moment of YAML's; its library tells one with a zone in UTC, or with that zone."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.replace(" UTC", "+00:00"))
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(microsecond=0) if value.tzinfo else value.replace(microsecond=0, tzinfo=UTC)
