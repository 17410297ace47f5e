"""A unit of torch objects is examined like any other: the student's in the sandbox, the judging outside."""

import inspect
import textwrap

import pytest

torch = pytest.importorskip("torch")


from autograder.examining.functions import StudentFunction  # noqa: E402 - torch decides whether this runs
from autograder.isolation.sandbox import CandidateTemplate  # noqa: E402
from reference.judge.examine import report_on  # noqa: E402
from reference.kit import units  # noqa: E402
from reference.truth import transfer as tl  # noqa: E402
from stagewise.transfer import torch_making  # noqa: E402

IMPORTS = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n"


def source(*functions):
    """A cell that defines these functions of the truth, without their annotations' imports."""
    return "from __future__ import annotations\n" + IMPORTS + "\n\n".join(map(inspect.getsource, functions))


@pytest.fixture(scope="module")
def torch_template():
    with CandidateTemplate.start(["transfer"]) as started:
        yield started


@pytest.fixture
def student(torch_template):
    """Define functions in a fresh candidate and examine one of them."""
    with torch_template.new_candidate() as candidate:

        def examine(cell, name):
            assert candidate.run_cell(cell).status == "ok"
            candidate.begin_check()
            assert candidate.lookup(name) == ""
            functions = {name: StudentFunction(candidate, name)}
            return report_on(units.load("transfer"), name, functions, 10)

        yield examine


@pytest.mark.parametrize(
    "functions",
    [
        (tl.pick_device,),
        (tl.replace_head,),
        (tl.freeze_backbone,),
        (tl.moved_by,),
        (tl.make_optimizer, tl.trainable_parameters),
        (tl.train_epoch, tl.train_mode),
        (tl.evaluate,),
    ],
    ids=lambda functions: functions[0].__name__,
)
def test_right_work_in_the_sandbox_earns_everything(student, functions):
    report = student(source(*functions), functions[0].__name__)
    assert [row.message for row in report.rows if row.credit < 1] == []
    assert report.points == 10


def test_a_trap_is_named_through_the_sandbox(student):
    cell = source(tl.freeze_backbone).replace("parameter.requires_grad =", "parameter.require_grad =")
    report = student(cell, "freeze_backbone")
    assert report.misconception == "misspelt"
    assert report.points < 6


@pytest.mark.parametrize("function", [tl.train_epoch, tl.evaluate])
@pytest.mark.parametrize(
    ("kept", "told"), [("y = y.to(device)", "x-not-moved"), ("x = x.to(device)", "y-not-moved")]
)
def test_what_is_not_moved_to_the_device_is_named_through_the_sandbox(student, function, kept, told):
    cell = source(function, tl.train_mode).replace("x, y = x.to(device), y.to(device)", kept)
    report = student(cell, function.__name__)
    assert report.misconception == told
    assert 9 < report.points < 10


def test_an_optimizer_for_a_head_that_is_gone_is_named_through_the_sandbox(student):
    cell = source(
        tl.freeze_backbone, tl.replace_head, tl.trainable_parameters, tl.make_optimizer
    ) + textwrap.dedent("""
    def prepare(model, num_classes, freeze, head_lr, backbone_lr):
        if freeze:
            freeze_backbone(model)
        optimizer = make_optimizer(model, head_lr, backbone_lr)
        return replace_head(model, num_classes), optimizer
    """)
    assert student(cell, "prepare").misconception == "head-after-optimizer"


LIE = """
import stagewise.transfer.torch_data
stagewise.transfer.torch_data.wrap = lambda function: lambda *given, **named: {lie}

def freeze_backbone(model):
    return model
"""


@pytest.mark.parametrize(
    "lie", ["given[0]", "True", "None", "lambda: 1", "{'frozen': []}", "stagewise.transfer.torch_data"]
)
def test_a_student_who_replaces_what_carries_the_data_earns_no_more_for_it(student, lie):
    """What comes back is compared, whoever packed it."""
    assert student(LIE.replace("{lie}", lie), "freeze_backbone").points == 0


def test_a_network_that_is_never_unpickled(student):
    """An object of a class of the student's own stays there, and is not a network."""
    cell = IMPORTS + textwrap.dedent("""
    class Evil:
        def __reduce__(self):
            return print, ("unpickled",)

    def replace_head(model, num_classes):
        return Evil()
    """)
    report = student(cell, "replace_head")
    assert report.points == 0
    assert {row.credit for row in report.rows} == {0.0}
    assert any("an object of type Evil" in row.message for row in report.rows)


def test_a_network_of_a_pretended_width_is_told_and_never_made(student, monkeypatch):
    """Arrays that hold nothing claim it; the examiner makes no network but the course's."""
    widths = []
    for name in ("_made", "_kept"):
        make = getattr(torch_making, name)
        monkeypatch.setattr(torch_making, name, lambda *of, make=make: widths.append(of[1]) or make(*of))
    report = student(
        """
import numpy as np
def learn_digits(*given, **named):
    empty = {name: np.zeros((2000, 0), "f4") for name in ("conv1.weight", "conv3.weight")}
    head = {"fc.weight": np.zeros((10, 0), "f4")}
    shape = {"type": "Linear"}
    return {"kind": "network", "backbone": empty, "head": head, "head_shape": shape}
""",
        "learn_digits",
    )
    assert max(widths, default=0) <= 16
    assert report.points == 0
    assert any("its layers are of width 2000" in row.message for row in report.rows)
