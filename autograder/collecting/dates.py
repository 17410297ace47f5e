"""Dates as systems write them into names of folders, in several languages. Pure.

What could be a day or a month (03/04/2025) is no date: the year comes first, or the month is a word.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

_MONTHS = (
    "january januar janvier enero gennaio janeiro januari ocak styczen jan",
    "february februar fevrier febrero febbraio fevereiro februari subat luty",
    "march marz mars marzo marco maart mrt mart marzec",
    "april avril abril aprile nisan kwiecien",
    "may mai mayo maggio maio mei maj mayis",
    "june juni juin junio giugno junho haziran czerwiec",
    "july juli juillet julio luglio julho temmuz lipiec",
    "august aout agosto augustus augusti agustos sierpien",
    "september septembre septiembre settembre setembro eylul wrzesien sept",
    "october oktober octobre octubre ottobre outubro ekim pazdziernik",
    "november novembre noviembre novembro kasim listopad",
    "december dezember decembre diciembre dicembre dezembro desember aralik grudzien",
)
_AFTERNOON = ("pm", "p", "오후", "午後", "下午", "nachm")
_MORNING = ("am", "a", "오전", "午前", "上午", "vorm")
_TOKEN = re.compile(r"\d+|[^\W\d_]+")


def date_in(text: str) -> datetime | None:
    """The date and time that the text is, without a zone; None when it is none, or could be two.

    >>> date_in("Oct 10, 2025 1022 PM"), date_in("10. Okt. 2025 22.22"), date_in("03/04/2025 1022")
    (datetime.datetime(2025, 10, 10, 22, 22), datetime.datetime(2025, 10, 10, 22, 22), None)
    """
    tokens = _TOKEN.findall(_plain(text))
    numbers = [token for token in tokens if token.isdecimal()]
    words = [token for token in tokens if not token.isdecimal()]
    months = [number for number in map(_month, words) if number]
    day = _day(numbers, months)
    if day is None:
        return None
    clock = _clock(numbers[2 if months else 3 :], words)
    try:
        return None if clock is None else datetime(*day, *clock)
    except ValueError:
        return None


def _plain(text: str) -> str:
    """Small letters without marks; Hangul stays as it is."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(one for one in letters if not unicodedata.combining(one)))


def _month(word: str) -> int:
    """The month that begins like this word, 0 when there is none or more than one."""
    found = {
        number
        for number, names in enumerate(_MONTHS, 1)
        if any(name == word or (len(word) >= 3 and name.startswith(word)) for name in names.split())
    }
    return found.pop() if len(found) == 1 else 0


def _day(numbers: list[str], months: list[int]) -> tuple[int, int, int] | None:
    if len(months) == 1 and len(numbers) >= 2:
        first, second = numbers[:2]
        if len(second) == 4 and len(first) <= 2:
            return int(second), months[0], int(first)
        if len(first) == 4 and len(second) <= 2:
            return int(first), months[0], int(second)
    elif (
        not months and len(numbers) >= 3 and len(numbers[0]) == 4 and len(numbers[1]) == len(numbers[2]) == 2
    ):
        return int(numbers[0]), int(numbers[1]), int(numbers[2])
    return None


def _clock(numbers: list[str], words: list[str]) -> tuple[int, int] | None:
    if len(numbers) == 1 and len(numbers[0]) in (3, 4):
        hour, minute = int(numbers[0][:-2]), int(numbers[0][-2:])
    elif len(numbers) in (2, 3) and all(len(number) <= 2 for number in numbers):
        hour, minute = int(numbers[0]), int(numbers[1])
    else:
        return None
    if any(word in _AFTERNOON for word in words):
        return (hour if hour >= 12 else hour + 12), minute
    if any(word in _MORNING for word in words):
        return (0 if hour == 12 else hour), minute
    return hour, minute
