"""Edits of one place: which there are, what they are about, and that nothing else changes."""

import ast

import pytest

from stagewise.judge.edits import Kind, edits, statement_count

MEAN = '''
def center(x, scale=1.0):
    """Centre x."""
    mu = np.mean(x, axis=0)
    var = np.sum((x - mu) ** 2, axis=0) / len(x)
    return (x - mu) / np.sqrt(var + 1e-5)
'''.lstrip()


def found(source, new, kind=None):
    """The edits that end in a text, of a kind."""
    return [one for one in edits(source) if one.new == new and kind in (None, one.kind)]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("return a + b", "return a - b", Kind.SIGN),
        ("return a * b", "return a / b", Kind.OPERATOR),
        ("return a - b", "return b - a", Kind.SIDES),
        ("return a * b", "return a", Kind.FACTOR),
        ("return a + b", "return b", Kind.TERM),
        ("return a * b", "return -(a * b)", Kind.SIGN),
        ("return (a + b) * a", "return a + b * a", Kind.BRACKET),
        ("return a * (b + a)", "return a * b + a", Kind.BRACKET),
        ("return np.sqrt(a + b)", "return np.sqrt(a) + b", Kind.BRACKET),
        ("return np.sqrt(a) + b", "return np.sqrt(a + b)", Kind.BRACKET),
        ("return np.sum(a, axis=0)", "return np.sum(a, axis=1)", Kind.AXIS),
        ("return np.sum(a, 0)", "return np.sum(a, 1)", Kind.AXIS),
        ("return a.shape[0]", "return a.shape[1]", Kind.AXIS),
        ("return np.sum(a)", "return np.sum(a, axis=0)", Kind.AXIS),
        ("return np.sum(a, axis=0)", "return np.sum(a, axis=0, keepdims=True)", Kind.KEEPDIMS),
        ("return a * 3", "return a * 4", Kind.NUMBER),
        ("return a * 0.9", "return a * 0.09", Kind.NUMBER),
        ("return a > b", "return a >= b", Kind.COMPARISON),
        ("return a @ b", "return a.T @ b", Kind.AXIS),
        ("return np.mean(a)", "return np.sum(a)", Kind.CALL),
        ("return np.exp(a)", "return a", Kind.CALL),
        ("return np.maximum(a, b)", "return np.minimum(a, b)", Kind.CALL),
        ("return np.where(a, b, 0)", "return np.where(b, a, 0)", Kind.ARGUMENTS),
        ("return a.astype(b.dtype)", "return a", Kind.DTYPE),
        ("return np.zeros(3, dtype=np.float32)", "return np.zeros(3)", Kind.DTYPE),
        ("return a, b", "return (b, a)", Kind.ORDER),
        ("return a", "return b", Kind.NAME),
        ("return a['k'] + b['l']", "return a['l'] + b['l']", Kind.KEY),
        ("return a if b else 0", "return 0 if b else a", Kind.CONDITION),
        ("return a", "return a * 2", Kind.FACTOR),
        ("return a", "return a * b", Kind.FACTOR),
        ("return a", "return a + b", Kind.TERM),
        ("a += b", "a -= b", Kind.OPERATOR),
        ("a = b", "pass", Kind.STATEMENT),
        ("t = a['t']; return b / t", "t += 1 return b / t", Kind.UPDATE),
        ("v = a.get('v', 0); return v", "a['v'] = v return v", Kind.UPDATE),
        ("c = a; d = c; return d", "d = c c = a", Kind.ORDER),
    ],
)
def test_there_is_an_edit(old, new, kind):
    """From the lines of the one text to those of the other."""
    body = "".join(f"    {line}\n" for line in old.split("; "))
    assert found(f"def f(a, b):\n{body}", new, kind)


def test_every_edit_says_what_it_changes():
    """Its lines hold the change, all other lines are as they were."""
    lines = MEAN.splitlines()
    for one in edits(MEAN):
        first, last = one.touched
        after = one.source.splitlines()
        assert after[: first - 1] == lines[: first - 1]
        assert after[len(after) - (len(lines) - last) :] == lines[last:]
        assert first <= one.first <= one.last <= last or one.kind is Kind.CONDITION


def test_edits_are_python_differ_and_come_in_one_order():
    sources = [one.source for one in edits(MEAN)]
    assert len(sources) > 100
    assert len({*sources, MEAN}) == len(sources) + 1
    for source in sources:
        ast.parse(source)
    assert [one.source for one in edits(MEAN)] == sources
    ranks = [one.rank for one in edits(MEAN)]
    assert ranks == sorted(ranks)


def test_the_same_change_at_every_like_place_is_one_edit():
    (both,) = [one for one in edits(MEAN) if one.source.count("axis=1") == 2]
    assert (both.kind, both.first, both.last) == (Kind.AXIS, 3, 4)


def test_comments_and_text_beside_an_edit_stay():
    source = "def f(a):\n    # über\n    b = a + 1  # más\n    return b\n"
    (one,) = found(source, "b = a - 1  # más")
    assert one.source == source.replace("+", "-")


def test_a_name_is_used_only_where_it_is_bound():
    news = {one.new for one in edits("def f(a):\n    b = a * 2\n    c = a + b\n    return c\n")}
    assert "b = a * 2 * b" not in news
    assert "c = a + a" in news
    assert "return b" in news


def test_two_lines_that_do_not_depend_on_each_other_keep_their_order():
    source = "def f(a, b):\n    c = a + 1\n    d = b + 1\n    return c * d\n"
    assert not found(source, "d = b + 1 c = a + 1")


def test_what_cannot_be_edited_says_so():
    with pytest.raises(ValueError, match="defines no function"):
        list(edits("x = 1"))
    with pytest.raises(SyntaxError):
        list(edits("def f(:"))


def test_an_empty_function_has_no_edits():
    assert list(edits('def f(a):\n    """Nothing yet."""\n')) == []


def test_statements_are_counted_without_the_docstring():
    assert statement_count(MEAN) == 3
