"""Loops can be left where they turn, and nothing is watched afterwards."""

import sys

import pytest

from stagewise.checks import watching

tells = pytest.mark.skipif(not watching.can_watch(), reason="Python tells of turns from version 3.12 on")
LOOPS = {
    "while": "while True: pass",
    "a condition": "n = 0\nwhile n < 1: n = 0",
    "for": "from itertools import count\nfor _ in count(): pass",
    "a comprehension": "from itertools import count\n[one for one in count()]",
    "continue": "while True:\n  try: continue\n  finally: pass",
}


class EnoughError(Exception):
    """Raised at the hundredth turn."""


def hundred():
    turns = iter(range(100))

    def look():
        if next(turns, None) is None:
            raise EnoughError

    return look


@tells
@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_every_kind_of_loop_is_left(loop):
    with pytest.raises(EnoughError), watching.watched(hundred()):
        exec(loop, {})


@tells
def test_afterwards_nothing_is_watched():
    with pytest.raises(EnoughError), watching.watched(hundred()):
        exec(LOOPS["while"], {})
    assert [sys.monitoring.get_tool(number) for number in (3, 4)] == [None, None]
    for _ in range(1000):
        pass


@tells
def test_one_watch_within_another_leaves_it_in_force():
    with pytest.raises(EnoughError), watching.watched(hundred()), watching.watched(lambda: None):
        exec(LOOPS["while"], {})


def test_where_python_tells_nothing_the_work_is_done_unwatched(monkeypatch):
    monkeypatch.setattr(sys, "monitoring", None, raising=False)
    looks = []
    with watching.watched(lambda: looks.append(1)):
        for _ in range(3):
            pass
    assert (watching.can_watch(), looks) == (False, [])
