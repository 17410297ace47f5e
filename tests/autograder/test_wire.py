"""Values survive the wire as they are, and no bytes make the receiver do anything but refuse."""

import sys
from bisect import bisect_left

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.isolation.protocol import arrays, codec, packing
from autograder.isolation.protocol.codec import (
    DEEPEST,
    LONGEST_NAME,
    Other,
    Reader,
    Tag,
    UnsendableError,
    encode,
)
from autograder.isolation.protocol.packing import HEAVIEST, ProtocolError, pack, unpack
from stagewise.judge.compare import describe

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16"]
DTYPES += ["float32", "float64", "complex64", "complex128", "<U5", "S3"]


def round_trip(value):
    return Reader().value(unpack(pack(encode(value))))


def same(a, b):
    """Equal in type and value, NaN equal to itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | np.generic):
        equal_nan = a.dtype.kind in "fc"
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=equal_nan)
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    if isinstance(a, Other):
        return describe(a) == describe(b)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b or (a != a and b != b)


hashables = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3),
    max_leaves=5,
)
some_arrays = hnp.arrays(
    st.sampled_from(DTYPES).map(np.dtype), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
)
values = st.recursive(
    hashables | st.floats() | st.complex_numbers(allow_nan=False) | some_arrays | st.just(...),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(hashables, inner, max_size=4)
        | st.tuples(inner, inner)
        | st.sets(hashables, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(values)
def test_data_arrives_as_it_was_sent(value):
    """Any mixture of the types that are data."""
    assert same(value, round_trip(value))


@settings(max_examples=100, deadline=None)
@given(some_arrays, st.randoms())
def test_arrays_keep_their_order_in_memory_in_kind(array, random):
    """Transposed, reversed, with gaps: contiguity is what it was."""
    axes = random.sample(range(array.ndim), array.ndim)
    view = array.transpose(axes)[..., *(slice(None, None, random.choice([1, -1, 2])) for _ in axes)]
    arrived = round_trip(view)
    assert same(view, arrived)
    assert (arrived.flags.c_contiguous, arrived.flags.f_contiguous) == (
        view.flags.c_contiguous,
        view.flags.f_contiguous,
    )


@pytest.mark.parametrize("value", [np.float32(1.5), np.int8(-3), np.bool_(True), np.complex64(1j)])
def test_numpy_scalars_stay_numpy_scalars(value):
    """np.float32(1.5) is no float."""
    assert same(value, round_trip(value))


@pytest.mark.parametrize("value", [slice(1, None, -2), ..., 2**2000, -(2**100), "\x00é"])
def test_other_plain_values_arrive(value):
    """Slices, an ellipsis, long integers."""
    assert same(value, round_trip(value))


def test_what_arrives_cannot_be_written_into():
    """Several judgements may share it."""
    for array in (np.ones(2), np.ones((2, 3)).T, np.ones(4)[::2], np.array(["a"])):
        assert not round_trip(array).flags.writeable


def test_arrays_with_the_other_byte_order_arrive_as_native():
    """The order of bytes is no part of a value."""
    assert same(np.arange(3, dtype="<i4"), round_trip(np.arange(3, dtype=">i4")))


def test_subclasses_of_arrays_are_sent_as_their_data():
    """What a subclass claims about itself is not asked."""

    class Liar(np.ndarray):
        def tobytes(self, order="C"):
            raise AssertionError("asked")

        def __eq__(self, other):
            return True

    assert same(np.zeros(2), round_trip(np.zeros(2).view(Liar)))


@pytest.mark.parametrize(
    ("value", "called"),
    [
        (object(), "an object of type object"),
        (len, "a function"),
        (int, "a class"),
        (np.array([object()]), "an object array of shape (1,)"),
        (np.longdouble(1), "a single number"),
        (type("D", (dict,), {})(), "an object of type D"),
        (bytearray(b"x"), "an object of type bytearray"),
        (range(3), "an object of type range"),
    ],
)
def test_of_what_is_no_data_arrives_what_it_is_called(value, called):
    arrived = round_trip([value])[0]
    assert type(arrived) is Other
    assert describe(arrived) == called


def test_a_name_as_long_as_a_book_is_cut():
    assert len(describe(round_trip(type("E" * 10**6, (), {})()))) == LONGEST_NAME


def test_cycles_depth_and_weight_are_refused_when_sent():
    """A list that holds itself, a nest too deep, and sharing that would explode."""
    cycle: list = []
    cycle.append(cycle)
    deep: list = []
    for _ in range(DEEPEST + 1):
        deep = [deep]
    bomb: list = [0]
    for _ in range(DEEPEST - 5):
        bomb = [bomb, bomb]
    for value in (cycle, deep, bomb, [0] * (HEAVIEST + 1), set(range(30_000)), 1 << 9000):
        with pytest.raises(UnsendableError):
            encode(value)


LIST, DICT, ARRAY, OTHER = int(Tag.LIST), int(Tag.DICT), int(Tag.ARRAY), int(Tag.OTHER)
EIGHT = bytes(8)
COLLIDING = [[int(Tag.INT), (n * sys.hash_info.modulus).to_bytes(12, "little")] for n in range(1, 200)]
HOSTILE_TREES = {
    "no tag": [],
    "a tag that is no number": ["x"],
    "an unknown tag": [99],
    "a negative tag": [-1],
    "a tag that is a boolean": [True],
    "a dict with half an item": [DICT, 1],
    "a dict with an unhashable key": [DICT, [LIST], 1],
    "an object without a name": [OTHER],
    "an object by number": [OTHER, 7],
    "an object by bytes": [OTHER, b"os"],
    "an object called by a book": [OTHER, "x" * 1000],
    "a reference": [14, 0],
    "a tensor": [12, False, [LIST]],
    "an object array": [ARRAY, "|O", [1], None, EIGHT],
    "a structured array": [ARRAY, "V8", [1], None, EIGHT],
    "too few bytes": [ARRAY, "<f8", [2], None, EIGHT],
    "a negative size": [ARRAY, "<f8", [-1], None, EIGHT],
    "a huge size": [ARRAY, "<f8", [1 << 62, 0], None, b""],
    "a product that overflows": [ARRAY, "<f8", [1 << 30, 1 << 30, 1 << 30, 0], None, b""],
    "a shape that is a number": [ARRAY, "<f8", 1, None, EIGHT],
    "too many axes": [ARRAY, "<f8", [1] * 65, None, EIGHT],
    "axes that are not": [ARRAY, "<f8", [1], [[3], [], False], EIGHT],
    "axes twice": [ARRAY, "<f8", [1, 1], [[0, 0], [], False], EIGHT],
    "an order of text": [ARRAY, "<f8", [1], "F", EIGHT],
    "bytes as text": [ARRAY, "<f8", [1], None, "12345678"],
    "an array without its parts": [ARRAY, "<f8"],
    "a boolean of two": [ARRAY, "|b1", [1], None, b"\x02"],
    "a letter outside Unicode": [ARRAY, "<U1", [1], None, b"\xff\xff\xff\xff"],
    "a scalar of text": [int(Tag.SCALAR), "<U1", b"a\0\0\0"],
    "an integer that is too long": [int(Tag.INT), bytes(5000)],
    "complex text": [int(Tag.COMPLEX), "1", "2"],
    "nothing of a huge shape": [ARRAY, "<f8", [1 << 22, 0], None, b""],
    "integers that collide": [int(Tag.SET), *COLLIDING],
    "frozen integers that collide": [int(Tag.FROZENSET), *COLLIDING],
    "keys that collide": [DICT, *[part for key in COLLIDING for part in (key, None)]],
    "complex numbers that collide": [
        int(Tag.SET),
        *[[int(Tag.COMPLEX), -1_000_003.0 * n, float(n)] for n in range(200)],
    ],
    "many sets of nothing": [LIST, *[[int(Tag.SET)]] * 30_000],
    "too many keys": [int(Tag.SET), *range(30_000)],
    "too heavy": [LIST, *([[LIST, *[0] * 9_000]] * 150)],
}


@pytest.mark.parametrize("tree", HOSTILE_TREES.values(), ids=HOSTILE_TREES)
def test_hostile_trees_are_refused(tree):
    """Nothing but ProtocolError comes of them."""
    with pytest.raises(ProtocolError):
        Reader().value(tree)


def test_lists_of_a_byte_each_are_counted_before_all_are_there():
    """Each takes sixty bytes here: a frame of the largest size would take gigabytes."""
    frame = b"\xdd" + (HEAVIEST + 1000).to_bytes(4, "big") + b"\x90" * (HEAVIEST + 1000)
    nested = b"\x93" + (b"\xdd" + (HEAVIEST // 2).to_bytes(4, "big") + b"\x90" * (HEAVIEST // 2)) * 3
    for flood in (frame, nested):
        with pytest.raises(ProtocolError):
            unpack(flood)
    assert len(unpack(pack([b"x" * (2 * HEAVIEST), [0] * 9]))) == 2


def test_values_in_several_frames_are_weighed_together():
    """As the answers to one question are."""
    reader, part = Reader(), [LIST, *[0] * (HEAVIEST // 3)]
    assert len(reader.value(part)) == len(reader.value(part)) == HEAVIEST // 3
    with pytest.raises(ProtocolError):
        reader.value([LIST, *[[LIST, *[0] * 1000]] * 1000])


@pytest.mark.parametrize("empty", [[], (), {}, set()])
def test_what_can_be_sent_can_be_read(empty):
    """Both sides count alike, up to the last item and the last level."""
    deep = empty
    for _ in range(DEEPEST - 1):
        deep = [deep]
    assert same(deep, round_trip(deep))
    with pytest.raises(UnsendableError):
        encode([deep])


@pytest.mark.parametrize(
    "item",
    [[], (), 0, np.float32(1), 1j, 1 << 70, slice(None), ..., len, np.zeros((2, 3))[:, ::-2], "x" * 600],
    ids=str,
)
def test_as_much_as_can_be_sent_can_be_read(item, monkeypatch):
    """What is sent counts at least as much as what is read, here with one smaller bound on both."""
    for module, name in ((codec, "_SENT"), (codec, "HEAVIEST"), (packing, "HEAVIEST")):
        monkeypatch.setattr(module, name, 3_000)
    most = bisect_left(range(3_001), True, key=lambda count: not _is_sent([item] * count)) - 1
    tree = encode([item] * most)
    assert len(Reader().value(unpack(pack(tree)))) > 50
    count = packing._counter()
    msgpack.unpackb(pack(tree), list_hook=count)


def _is_sent(value):
    try:
        encode(value)
    except UnsendableError:
        return False
    return True


def test_a_nest_of_any_depth_is_refused():
    """Deeper than the decoder goes, and deeper than MessagePack goes."""
    for depth in (DEEPEST + 2, 400, 5000):
        frame = b"\x92\x00" * depth + b"\x00"
        with pytest.raises(ProtocolError):
            Reader().value(unpack(frame))


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xc1",
        b"\xdd\xff\xff\xff\xff",
        b"\xdd\x00\x0f\x00\x00" * 900,
        b"\xdf\xff\xff\xff\xff",
        b"\x81\x01\x02",
        b"\xa1\xff",
        msgpack.packb(msgpack.ExtType(1, b"x")),
        msgpack.packb(msgpack.Timestamp(1)),
        b"\x01\x02",
    ],
)
def test_frames_that_are_not_messages_are_refused(frame):
    """Giant claims, maps, extensions, broken text, bytes left over."""
    with pytest.raises(ProtocolError):
        unpack(frame)


scalars = st.none() | st.booleans() | st.integers(-3, 40) | st.floats() | st.text(max_size=3)
trees = st.recursive(
    scalars | st.binary(max_size=9) | st.sampled_from(["<f8", "|b1", "<U2", [1], [0], [2, 2]]),
    lambda inner: st.builds(
        lambda tag, rest: [tag, *rest], st.sampled_from([*map(int, Tag), 15]), st.lists(inner, max_size=5)
    ),
    max_leaves=20,
)


@settings(max_examples=500, deadline=None)
@given(trees)
def test_any_tree_is_a_value_or_refused(tree):
    """The invariant: a value that could be sent again, or ProtocolError."""
    try:
        value = Reader().value(unpack(pack(tree)))
    except ProtocolError:
        return
    assert same(value, round_trip(value))


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_refused(frame):
    """The same for bytes."""
    try:
        Reader().value(unpack(frame))
    except ProtocolError:
        return


def test_sendable_says_what_can_be_sent():
    """The closed list of dtypes."""
    assert all(arrays.sendable(np.dtype(name)) for name in DTYPES)
    assert not any(arrays.sendable(np.dtype(name)) for name in ["O", "longdouble", "M8[s]", [("a", "f8")]])
