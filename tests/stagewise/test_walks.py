"""What is seen of a walk through data in batches."""

import numpy as np
import pytest

from stagewise.judge import walks

X, Y = np.arange(10.0).reshape(5, 2), np.array([10, 11, 12, 13, 14])
NONE = walks.NONE


def batches(*rows):
    return [(X[list(some)], Y[list(some)]) for some in rows]


def test_sizes_are_counted_on_both_sides():
    assert walks.batch_sizes(batches((0, 1), (2,))) == [[2, 2], [1, 1]]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (((4, 2), (0, 1), (3,)), "each once"),
        (((4, 2), (0, 1)), "rows are missing"),
        (((4, 2), (0, 1), (3, 3)), "rows occur more than once"),
        (((4, 2), (0, 0), (3,)), "rows are missing and rows occur more than once"),
    ],
)
def test_visits_are_counted(rows, said):
    assert walks.visits(batches(*rows), X) == said


def test_strange_rows_are_told():
    assert walks.visits([(X + 100, Y)], X) == walks.STRANGE


def test_pairs_are_kept_or_lost():
    assert walks.pairing(batches((3, 1), (0,)), X, Y) == "kept"
    assert walks.pairing([(X, Y[::-1])], X, Y) == "lost"
    assert walks.pairing([(X + 100, Y)], X, Y) == walks.STRANGE
    assert walks.pairing([(y, x) for x, y in batches((3, 1), (0,))], X, Y) == walks.TURNED


def test_the_order_is_told_apart():
    assert walks.ordering(batches((0, 1, 2), (3, 4)), X) == "as they were"
    assert walks.ordering(batches((4, 3), (2, 1, 0)), X) == "backwards"
    assert walks.ordering(batches((4, 0), (2, 1, 3)), X) == "shuffled"


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (np.roll(np.arange(24), 7), "mostly in the old order, begun elsewhere"),
        (np.r_[np.random.default_rng(3).permutation(12), 12:24], "shuffled in part"),
        (np.arange(24).reshape(4, 6)[[2, 0, 3, 1], ::-1].ravel(), "shuffled in blocks: most batches"),
    ],
)
def test_an_order_that_no_shuffle_makes_is_told(order, said):
    x = np.arange(48.0).reshape(24, 2)
    assert walks.ordering([(x[some], some) for some in order.reshape(4, 6)], x).startswith(said)


def test_shuffles_are_shuffles():
    x = np.arange(60.0).reshape(20, 3)
    for size in (1, 3, 7, 50):
        for seed in range(300):
            order = np.random.default_rng(seed).permutation(20)
            walk = [(x[order[k : k + size]], order[k : k + size]) for k in range(0, 20, size)]
            assert walks.ordering(walk, x) == "shuffled"


def test_rows_in_another_dtype_or_with_other_numbers_are_changed():
    assert walks.whole_rows(batches((1, 0)), X) == "as they are"
    assert walks.whole_rows([(X.astype(np.float32), Y)], X) == "changed"
    assert walks.whole_rows([(X * [1, 2], Y)], X) == "changed"


def test_two_walks_are_alike_in_the_same_order_only():
    walk, cut, other = (2, 0, 1, 4, 3), ((2, 0, 1), (4, 3)), (3, 0, 1, 4, 2)
    assert walks.likeness(batches(walk), batches(*cut), X) == "the same order"
    assert walks.likeness(batches(walk), batches(other), X) == "different orders"


def test_of_no_shuffled_walk_it_is_told_what_it_is():
    walk = batches((2, 0, 1, 4, 3))
    assert walks.likeness(walk, batches((0, 1)), X) == "rows are missing"
    assert walks.likeness(batches((0, 1, 2, 3, 4)), walk, X) == "as they were"


@pytest.mark.parametrize("nonsense", [None, [], 3, [(X,)], [X], [(X, 3)], {"x": X}])
def test_what_is_no_list_of_pairs_is_told(nonsense):
    assert walks.batch_sizes(nonsense) == NONE
    assert walks.visits(nonsense, X) == NONE
    assert walks.pairing(nonsense, X, Y) == NONE
    assert walks.ordering(nonsense, X) == NONE
    assert walks.whole_rows(nonsense, X) == NONE
    assert walks.likeness(nonsense, nonsense, X) == NONE


def test_a_generator_is_walked_through_and_an_endless_one_is_left():
    def endless():
        while True:
            yield X, Y

    assert walks.wrap(lambda: iter(batches((0,), (1,))))()[1][1] == [11]
    assert len(walks.wrap(endless)()) == walks.MOST
