"""Values survive the wire as they are, and no bytes make the receiver do anything but refuse."""

import sys

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.isolation.candidate import arrays
from autograder.isolation.candidate.decode import Decoder
from autograder.isolation.candidate.encode import Encoder
from autograder.isolation.candidate.wire import (
    DEEPEST,
    HEAVIEST,
    ProtocolError,
    Tag,
    UnsendableError,
    pack,
    unpack,
)

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16"]
DTYPES += ["float32", "float64", "complex64", "complex128", "<U5", "S3"]


def refuse(value):
    raise UnsendableError(f"a {type(value).__name__}")


def no_handles(number):
    raise ProtocolError("no handles here")


def round_trip(value):
    return Decoder(no_handles).decode(unpack(pack(Encoder(refuse).encode(value))))


def same(a, b):
    """Equal in type and value, NaN equal to itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | np.generic):
        equal_nan = a.dtype.kind in "fc"
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=equal_nan)
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
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


@pytest.mark.parametrize("value", [slice(1, None, -2), range(3, 9, 2), 2**2000, -(2**100), "\x00é"])
def test_other_plain_values_arrive(value):
    """Slices, ranges, long integers."""
    assert same(value, round_trip(value))


def test_an_object_that_occurs_twice_arrives_as_one():
    """Sharing inside a frame is kept, for arrays and containers."""
    x, inner = np.ones(3), [1]
    a, b, (c, d) = round_trip([x, x, (inner, inner)])
    assert a is b
    assert c is d


def test_read_only_arrays_arrive_read_only():
    """A student's code meets the same flag as in one process."""
    x = np.ones(2)
    x.flags.writeable = False
    assert not round_trip(x).flags.writeable


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
    "value",
    [object(), len, np.array([object()]), np.longdouble(1), type("D", (dict,), {})(), bytearray(b"x")],
)
def test_what_is_not_data_is_refused(value):
    """The candidate then makes a handle of it."""
    with pytest.raises(UnsendableError):
        Encoder(refuse).encode(value)


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
            Encoder(refuse).encode(value)


LIST, DICT, ARRAY, AGAIN = int(Tag.LIST), int(Tag.DICT), int(Tag.ARRAY), int(Tag.AGAIN)
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
    "a reference to nothing": [AGAIN, 0],
    "a reference to itself": [LIST, [AGAIN, 0]],
    "a reference before its time": [AGAIN, -1],
    "a handle of nobody": [int(Tag.HANDLE), 7],
    "a handle by name": [int(Tag.HANDLE), "os"],
    "an object array": [ARRAY, "|O", [1], None, True, EIGHT],
    "a structured array": [ARRAY, "V8", [1], None, True, EIGHT],
    "too few bytes": [ARRAY, "<f8", [2], None, True, EIGHT],
    "a negative size": [ARRAY, "<f8", [-1], None, True, EIGHT],
    "a huge size": [ARRAY, "<f8", [1 << 62, 0], None, True, b""],
    "a product that overflows": [ARRAY, "<f8", [1 << 30, 1 << 30, 1 << 30, 0], None, True, b""],
    "a shape that is a number": [ARRAY, "<f8", 1, None, True, EIGHT],
    "too many axes": [ARRAY, "<f8", [1] * 65, None, True, EIGHT],
    "axes that are not": [ARRAY, "<f8", [1], [[3], [], False], True, EIGHT],
    "axes twice": [ARRAY, "<f8", [1, 1], [[0, 0], [], False], True, EIGHT],
    "an order of text": [ARRAY, "<f8", [1], "F", True, EIGHT],
    "bytes as text": [ARRAY, "<f8", [1], None, True, "12345678"],
    "an array without its parts": [ARRAY, "<f8"],
    "a boolean of two": [ARRAY, "|b1", [1], None, True, b"\x02"],
    "a letter outside Unicode": [ARRAY, "<U1", [1], None, True, b"\xff\xff\xff\xff"],
    "a scalar of text": [int(Tag.SCALAR), "<U1", b"a\0\0\0"],
    "an integer that is too long": [int(Tag.INT), bytes(5000)],
    "a range of zero steps": [int(Tag.RANGE), 1, 2, 0],
    "a range of texts": [int(Tag.RANGE), "a", "b", "c"],
    "complex text": [int(Tag.COMPLEX), "1", "2"],
    "a tensor without data": [int(Tag.TENSOR), False, [LIST]],
    "a tensor of nothing": [int(Tag.TENSOR)],
    "nothing of a huge shape": [ARRAY, "<f8", [1 << 22, 0], None, True, b""],
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
    "references that explode": [
        LIST,
        *[[LIST, *[[AGAIN, n]] * 8] if n else [LIST, 0] for n in range(30)],
    ],
}


@pytest.mark.parametrize("tree", HOSTILE_TREES.values(), ids=HOSTILE_TREES)
def test_hostile_trees_are_refused(tree):
    """Nothing but ProtocolError comes of them."""
    with pytest.raises(ProtocolError):
        Decoder(no_handles).decode(tree)


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
    decoder, part = Decoder(no_handles), [LIST, *[0] * (HEAVIEST // 3)]
    assert len(decoder.decode_next(part)) == len(decoder.decode_next(part)) == HEAVIEST // 3
    with pytest.raises(ProtocolError):
        decoder.decode_next([LIST, *[[LIST, *[0] * 1000]] * 1000])
    with pytest.raises(ProtocolError):
        Decoder(no_handles).decode_next([AGAIN, 0])


def test_a_nest_of_any_depth_is_refused():
    """Deeper than the decoder goes, and deeper than MessagePack goes."""
    for depth in (DEEPEST + 2, 400, 5000):
        frame = b"\x92\x00" * depth + b"\x00"
        with pytest.raises(ProtocolError):
            Decoder(no_handles).decode(unpack(frame))


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
        value = Decoder(no_handles).decode(unpack(pack(tree)))
    except ProtocolError:
        return
    assert same(value, round_trip(value))


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_refused(frame):
    """The same for bytes."""
    try:
        Decoder(no_handles).decode(unpack(frame))
    except ProtocolError:
        return


def test_tensors_arrive_as_tensors():
    """With their dtype and whether they want a gradient."""
    torch = pytest.importorskip("torch")
    sent = torch.arange(6, dtype=torch.float32).reshape(2, 3).requires_grad_()
    arrived = round_trip([sent, torch.nn.Parameter(torch.ones(2))])
    assert torch.equal(sent, arrived[0])
    assert arrived[0].requires_grad
    assert torch.equal(torch.ones(2), arrived[1].detach())


def test_sendable_says_what_can_be_sent():
    """The closed list of dtypes."""
    assert all(arrays.sendable(np.dtype(name)) for name in DTYPES)
    assert not any(arrays.sendable(np.dtype(name)) for name in ["O", "longdouble", "M8[s]", [("a", "f8")]])
