"""Answers that are alike are found together: the same text first, then what is near it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.marking.alike import THRESHOLD, changes, groups, normalised

LONG = "By the chain rule the gradient is a product of slopes and weights, and each slope is at most 1/4."


def test_case_blanks_and_the_last_stop_make_no_other_answer():
    assert groups({1: "It is zero.", 2: "it  is\nZERO", 3: "It is one."}) == [[1, 2], [3]]


def test_a_formula_is_not_normalised_away():
    assert normalised("$a^2$") != normalised("$a_2$")
    assert normalised("It is $W x$.") == normalised("it is  $Wx$") != normalised("It is $w x$.")


def test_what_is_near_joins_the_text_that_most_wrote():
    texts = {1: LONG.replace("product", "long product"), 2: "No.", 3: LONG, 4: LONG}
    assert groups(texts) == [[3, 4, 1], [2]]


def test_at_threshold_one_only_equal_texts_are_together():
    assert groups({1: LONG, 2: LONG + " Yes", 3: LONG}, threshold=1.0001) == [[1, 3], [2]]


@pytest.mark.parametrize("texts", [{}, {1: "", 2: " "}, {1: "x", 2: "y"}, {1: "§", 2: "?"}])
def test_short_and_empty_texts_are_grouped_too(texts):
    assert sorted(key for group in groups(texts) for key in group) == sorted(texts)


def test_every_member_is_as_near_to_the_first_as_is_said():
    """The stated threshold, by an independent computation of the cosine."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    rng = np.random.default_rng(3)
    words = LONG.split()
    texts = {n: " ".join(rng.permutation(words)[: rng.integers(9, 20)]) for n in range(60)}
    texts |= {n + 100: " ".join([*words[: n % 7], "indeed", *words[n % 7 :]]) for n in range(20)}
    found = groups(texts)
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 4), sublinear_tf=True)
    rows = vectors.fit_transform([text.casefold() for text in texts.values()]).toarray()
    place = {key: row for key, row in zip(texts, rows, strict=True)}  # noqa: C416
    near = [place[key] @ place[group[0]] for group in found for key in group]
    assert len(found) < len(texts)
    assert min(near) > THRESHOLD - 0.02  # of equal texts our vectors have one, these have several


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.dictionaries(st.integers(0, 50), st.text(max_size=40), max_size=12))
def test_each_answer_is_in_exactly_one_group(texts):
    assert sorted(key for group in groups(texts) for key in group) == sorted(texts)


def test_changes_give_both_texts_back():
    parts = changes("it is zero", "it is not zero at all")
    assert "".join(words for kind, words in parts if kind != "new") == "it is zero"
    assert "".join(words for kind, words in parts if kind != "gone") == "it is not zero at all"
