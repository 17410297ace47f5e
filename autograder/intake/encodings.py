"""Text that was saved in an encoding of the time before UTF-8: read where only one reading makes sense.
Pure.

A reading makes sense when its letters are of one script, in the part of the encoding that is in daily
use, and, for alphabets, with capitals only where words begin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_SURE = 6  # so many syllables of Hangul, or letters of Cyrillic with capitals in place, are no chance
_SURE_ENCODINGS = ("cp949", "cp1251", "cp866", "koi8-r")
_ENOUGH = 20_000
_WORD = re.compile(
    rb'[^\s"]+'
)  # neither blanks nor quotes are the second half of a letter in any encoding here
_RUN = re.compile(r"[^\W\d_]+")
_ASCII_LETTER = re.compile(r"[A-Za-z]")
_ZEROS = {"utf-32-le": "x000", "utf-32-be": "000x", "utf-16-le": "x0x0", "utf-16-be": "0x0x"}
_MARKS = frozenset("’‘“”„–—…•·°§©®×÷±²³½¼¿¡«»€£ ªº")
_BETWEEN = re.compile(r"[^\W\d_][„…•°§©®×÷±²³½¼¿¡£ªº][^\W\d_]")  # no marks within words
_WIDE = frozenset("、。，．・：；？！～（）「」『』［］【】“”‘’…—·×→←≤≥")

_MakesSense = Callable[[str, bytes], bool]


@dataclass(frozen=True, slots=True)
class Reading:
    """The pieces of a text in one of the encodings that make sense."""

    encoding: str
    pieces: tuple[str, ...]


def readings(pieces: Sequence[bytes]) -> tuple[Reading, ...]:
    """The readings of these pieces, all in one encoding, that make sense and differ; UTF-8 goes before all
    others.

    >>> [one.encoding for one in readings(["Jörg".encode("cp1252"), "김철수".encode("cp949")])]
    []
    >>> readings(["Jörg".encode("cp1252")])
    (Reading(encoding='cp1252', pieces=('Jörg',)),)
    """
    utf_8 = _decoded(pieces, "utf-8")
    if utf_8 is not None:
        return (Reading("utf-8", utf_8),)
    found: dict[tuple[str, ...], Reading] = {}
    for encoding, makes_sense in _KNOWN.items():
        texts = _decoded(pieces, encoding)
        if texts is not None and all(makes_sense(text, raw) for text, raw in zip(texts, pieces, strict=True)):
            found.setdefault(texts, Reading(encoding, texts))
    sure = [one for one in found.values() if one.encoding in _SURE_ENCODINGS and _letters(one) >= _SURE]
    return tuple(sure or found.values())


def _letters(reading: Reading) -> int:
    return sum(1 for letter in "".join(reading.pieces) if not letter.isascii() and letter.isalpha())


def read_text(raw: bytes) -> tuple[str, str] | None:
    """A text file's content and its encoding; None where it is none, or could be read in several ways."""
    if 0 in raw[:4]:
        return _without_mark(raw)
    utf_8 = _decoded([raw], "utf-8")
    if utf_8 is not None:
        return utf_8[0], "utf-8"
    words = _words_of(raw)
    found = readings([b" ".join(words)]) if words else ()
    whole = _decoded([raw], found[0].encoding) if len(found) == 1 else None
    return None if whole is None else (whole[0], found[0].encoding)


def _words_of(raw: bytes) -> list[bytes]:
    """Words with letters beyond ASCII, enough to judge a file of any size by."""
    words: list[bytes] = []
    left = _ENOUGH
    for found in _WORD.finditer(raw):
        word = found[0]
        if not word.isascii():
            left -= len(word)
            words.append(word)
            if left < 0:
                return [] if len(word) > _ENOUGH else words
    return words


def _without_mark(raw: bytes) -> tuple[str, str] | None:
    """UTF-16 or UTF-32 without a mark: text begins with letters of ASCII, and where the zeros stand tells
    which.
    """
    for encoding, zeros in _ZEROS.items():
        if all((byte == 0) == (kind == "0") for byte, kind in zip(raw[:4], zeros, strict=False)):
            texts = _decoded([raw], encoding)
            return (texts[0], encoding) if texts else None
    return None


def _decoded(pieces: Sequence[bytes], encoding: str) -> tuple[str, ...] | None:
    try:
        return tuple(piece.decode(encoding) for piece in pieces)
    except (UnicodeDecodeError, LookupError):
        return None


def _is_hangul(letter: str) -> bool:
    return "가" <= letter <= "힣"


def _is_ideograph(letter: str) -> bool:
    return "一" <= letter <= "鿿"


def _is_kana(letter: str) -> bool:
    return "ぁ" <= letter <= "ヿ"


def _is_mixed(text: str) -> bool:
    """Whether letters of ASCII and of another script stand in one word."""
    return any(not word.isascii() and _ASCII_LETTER.search(word) for word in _RUN.findall(text))


def _wide(is_letter: Callable[[str], bool], leads: tuple[int, int], trails: int) -> _MakesSense:
    """Of an East Asian encoding: letters of the script, and their bytes in the part that is in daily use."""

    def makes_sense(text: str, raw: bytes) -> bool:
        foreign = [letter for letter in text if not letter.isascii()]
        if not all(is_letter(letter) or letter in _WIDE for letter in foreign):
            return False
        letters = sum(map(is_letter, foreign))
        return letters > 0 and _in_daily_use(raw, leads, trails) and (letters >= _SURE or not _is_mixed(text))

    return makes_sense


def _in_daily_use(raw: bytes, leads: tuple[int, int], trails: int) -> bool:
    place, marks = 0, range(0x81, 0x82) if leads[0] < 0xA0 else range(0xA1, 0xA4)
    while place < len(raw):
        if raw[place] < 0x80:
            place += 1
            continue
        if place + 1 >= len(raw) or raw[place + 1] < trails:
            return False
        if not (leads[0] <= raw[place] <= leads[1] or raw[place] in marks):
            return False
        place += 2
    return True


def _alphabet(first: str, last: str, also: str = "") -> _MakesSense:
    """Of an encoding of one alphabet: its letters, capitals only where words begin or in words of
    capitals.
    """

    def makes_sense(text: str, raw: bytes) -> bool:
        foreign = [letter for letter in text if not letter.isascii()]
        if not all(first <= letter <= last or letter in also or letter in _MARKS for letter in foreign):
            return False
        if _BETWEEN.search(text):
            return False
        return all(_is_spelt(word) for word in _RUN.findall(text) if not word.isascii())

    return makes_sense


def _is_spelt(word: str) -> bool:
    return word[1:].islower() or word.isupper() or len(word) == 1 or _is_mixed_name(word)


def _is_mixed_name(word: str) -> bool:
    """Whether a word with capitals inside (McKéan, JürgenMeier) has them in letters of ASCII only."""
    return all(letter.isascii() or letter.islower() for letter in word[1:])


def _cyrillic(also: str) -> _MakesSense:
    spelt = _alphabet("А", "я", also)

    def makes_sense(text: str, raw: bytes) -> bool:
        return not _is_mixed(text) and spelt(text, raw)

    return makes_sense


def _latin(text: str, raw: bytes) -> bool:
    """Western letters stand between letters of ASCII, at most two in a row."""
    longest = max(map(len, re.findall(r"[^\x00-\x7f]+", text)), default=0)
    return longest <= 2 and _alphabet("À", "ɏ")(text, raw)


_KNOWN: dict[str, _MakesSense] = {
    "cp949": _wide(_is_hangul, (0xB0, 0xC8), 0xA1),
    "cp932": _wide(lambda letter: _is_kana(letter) or _is_ideograph(letter), (0x82, 0x9F), 0x40),
    "gbk": _wide(_is_ideograph, (0xB0, 0xF7), 0xA1),
    "big5": _wide(_is_ideograph, (0xA4, 0xC6), 0x40),
    "cp1252": _latin,
    "cp437": _latin,
    "cp850": _latin,
    "cp1251": _cyrillic("ЁёІіЇїЄєҐґ№"),
    "cp866": _cyrillic("Ёё№"),
    "koi8-r": _cyrillic("Ёё"),
}
