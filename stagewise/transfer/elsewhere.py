"""Batches that are on another device than the model, on a machine with one: tensors that will not meet the
model's numbers until they were moved.

A tensor waits, and so does all that is computed from waiting ones, until `.to(device)`; what is computed
from moved ones and from parameters is moved. Both in one operation is an error, as it is on a GPU. Tensors
that are neither (new ones, running statistics, what came back by `.cpu()`) go with both.
"""

# mypy: disable-error-code="no-untyped-call"
# torch leaves `__torch_function__` untyped.

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn


class XNotMoved(RuntimeError):  # noqa: N818 - its name is told to students
    """The pictures of a batch met the model before they were moved."""


class YNotMoved(RuntimeError):  # noqa: N818
    """The labels of a batch met scores of the model before they were moved."""


class _Placed(Tensor):
    @classmethod
    def __torch_function__(
        cls, func: Callable[..., Any], types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        target = "cpu" if func == Tensor.cpu else _device(*args[1:], **kwargs) if func == Tensor.to else None
        if target is not None:
            kind = Tensor if type(args[0]) is _Moved else _Waiting if target == "cpu" else _Moved
            with torch._C.DisableTorchFunctionSubclass():
                return func(*args, **kwargs).as_subclass(kind)
        met = list(_tensors((args, kwargs)))
        there = any(isinstance(one, (_Moved, nn.Parameter)) for one in met)
        if there and func not in _TAKES_BOTH:
            _refuse(met)
        result_kind: Any = _Moved if there else _Waiting
        # The types are left out: Tensor would decline to handle two subclasses of its own.
        return super(_Placed, result_kind).__torch_function__(func, (), args, kwargs)


class _Waiting(_Placed):
    pass


class _Moved(_Placed):
    pass


_TAKES_BOTH = (Tensor.__getitem__, Tensor.copy_)


def waiting(batches: Iterable[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
    """The batches with tensors that wait to be moved; `.cpu()` and "cpu" are where they are."""
    return [(x.as_subclass(_Waiting), y.as_subclass(_Waiting)) for x, y in batches]


def _device(*given: Any, device: Any = None, other: Any = None, **_: Any) -> Any:
    """The device that the arguments of `Tensor.to` name, "cpu" for that of a waiting tensor; None when they
    name a dtype alone."""
    target = next((one for one in (device, other, *given[:1]) if one is not None), None)
    if isinstance(target, _Waiting):
        return "cpu"
    return None if isinstance(target, torch.dtype) else target


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _tensors(item)


def _refuse(met: list[Tensor]) -> None:
    with torch._C.DisableTorchFunctionSubclass():
        waits = [one for one in met if isinstance(one, _Waiting) and one.dim()]  # single numbers may mix
        if any(one.is_floating_point() for one in waits):
            raise XNotMoved("x of a batch is not on the model's device")
        if waits:
            raise YNotMoved("y of a batch is not on the model's device")
