"""Answers that are alike, to be marked together: the same but for blanks and the case of words, or nearly so.

Near texts have a cosine of at least `THRESHOLD` between their TF-IDF vectors (scikit-learn) of runs of two to
four letters: words and formulas alike, whatever the language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

THRESHOLD = 0.9
_RUNS = (2, 4)
_LONGEST = 20_000
_BLANKS = re.compile(r"\s+")
_FORMULAS = re.compile(r"(\$[^$]*\$)")
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_MOST_WORDS = 2_000

Key = TypeVar("Key", bound=Hashable)


def normalised(text: str) -> str:
    r"""The text in small letters but for formulas, without blanks and the last stops, in Unicode's NFKC.

    >>> normalised("The  mean\n is ZERO.") == normalised("the mean is zero")
    True
    """
    parts = _FORMULAS.split(unicodedata.normalize("NFKC", text))
    folded = "".join(part if index % 2 else part.casefold() for index, part in enumerate(parts))
    return _BLANKS.sub("", folded).rstrip(".!")


def groups(texts: Mapping[Key, str], threshold: float = THRESHOLD) -> list[list[Key]]:
    """The keys of the texts in groups, the largest first, each in the order of `texts`.

    Every text of a group has a cosine of at least `threshold` (0 to 1) with the group's first one.
    """
    same: dict[str, list[Key]] = {}
    for key, text in texts.items():
        same.setdefault(normalised(text), []).append(key)
    ordered = sorted(same.items(), key=lambda item: -len(item[1]))  # what most wrote gathers the others
    leaders = _leaders([_spaced(texts[keys[0]]) for _, keys in ordered], threshold)
    found: dict[int, list[Key]] = {}
    for (_, keys), leader in zip(ordered, leaders, strict=True):
        found.setdefault(leader, []).extend(keys)
    return sorted(found.values(), key=lambda keys: -len(keys))


def changes(first: str, other: str) -> list[tuple[str, str]]:
    """How to get from one text to another: pairs of "same", "gone" or "new" and the words.

    The case of words of several letters and the kind of blanks are not looked at.

    >>> changes("it is zero", "it is not zero")
    [('same', 'it is '), ('new', 'not '), ('same', 'zero')]
    """
    before, after = (_WORDS.findall(text)[:_MOST_WORDS] for text in (first, other))
    was, now = ([_looked_at(word) for word in words] for words in (before, after))
    found = []
    for kind, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(after[c:d])))
            continue
        found += [("gone", "".join(before[a:b]))] * (a < b) + [("new", "".join(after[c:d]))] * (c < d)
    return found


def _looked_at(word: str) -> str:
    return word.casefold().strip() if len(word) > 1 else word.strip()


def _spaced(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold()
    return _BLANKS.sub(" ", folded).strip()


def _leaders(texts: Sequence[str], threshold: float) -> list[int]:
    """For each text the index of the first one before it that leads a group and is as near as that."""
    leaders = list(range(len(texts)))
    if sum(map(bool, texts)) < 2:
        return leaders
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        vectors = TfidfVectorizer(analyzer="char", ngram_range=_RUNS, sublinear_tf=True).fit_transform(texts)
    except ValueError:  # no text has two letters
        return leaders
    free = set(leaders)
    for index in range(len(texts)):
        if index in free:
            near = (vectors[index:] @ vectors[index].T).toarray().ravel() >= threshold
            for member in free.intersection((near.nonzero()[0] + index).tolist()):
                leaders[member] = index
                free.discard(member)
            free.discard(index)
    return leaders
