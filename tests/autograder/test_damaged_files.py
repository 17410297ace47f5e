"""Files that disks, downloads, version control and other programs leave: a sound intake, or a reason."""

import gzip
import json

import pytest

from autograder.errors import SubmissionError
from autograder.intake.reading import read_submission
from autograder.reasons import Reason
from tests.autograder.graded_toy import ANSWERS, cell, submitted, toy_plan
from tests.autograder.test_collect import zipped_bytes

PLAN = toy_plan()
TEXT = submitted().decode()
NOTEBOOK = json.loads(TEXT)


def changed(**parts):
    return json.dumps(NOTEBOOK | parts).encode()


def with_cells(change):
    return submitted(ANSWERS, lambda notebook: [change(one) for one in notebook["cells"]])


def said(before, after):
    assert TEXT.count(before) == 1
    return TEXT.replace(before, after).encode()


REFUSED = {
    "a zip under the notebook's name": (zipped_bytes({"toy.ipynb": TEXT.encode()}), Reason.NOT_JSON),
    "a packed file": (gzip.compress(TEXT.encode(), mtime=0), Reason.NOT_JSON),
    "an exported page": (b"<!DOCTYPE html>\n<html><head><title>toy</title></head></html>", Reason.NOT_JSON),
    "an exported script": (b"#!/usr/bin/env python\n# In[1]:\nimport numpy as np\n", Reason.NOT_JSON),
    "a merge conflict": (said('"nbformat": 4', '\n<<<<<<< HEAD\n"nbformat": 4'), Reason.NOT_JSON),
    "two notebooks in one file": (TEXT.encode() * 2, Reason.NOT_JSON),
    "the second half lost on the disk": (TEXT.encode()[: len(TEXT) // 2] + b"\0" * 999, Reason.NOT_JSON),
    "blocks of nothing behind it": (TEXT.encode() + b"\0" * 4096, Reason.NOT_JSON),
    "letters of another encoding": (
        json.dumps(NOTEBOOK | {"x": "é"}, ensure_ascii=False).encode("latin-1"),
        Reason.NOT_JSON,
    ),
    "a marked file that was marked again": (b"\xef\xbb\xbf\xef\xbb\xbf" + TEXT.encode(), Reason.NOT_JSON),
    "a notebook inside a text": (json.dumps(TEXT).encode(), Reason.NOT_A_NOTEBOOK),
    "a server's answer around it": (
        json.dumps({"name": "toy.ipynb", "type": "notebook", "content": NOTEBOOK}).encode(),
        Reason.NOT_A_NOTEBOOK,
    ),
    "cells under numbers": (changed(cells=dict(enumerate(NOTEBOOK["cells"]))), Reason.NOT_A_NOTEBOOK),
    "cells told twice, the second time none": (
        said('"nbformat": 4', '"cells": [], "nbformat": 4'),
        Reason.WRONG_UNIT,
    ),
    "a format to come": (said('"nbformat": 4', '"nbformat": 5'), Reason.UNKNOWN_FORMAT),
}


@pytest.mark.parametrize(("raw", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_with_a_reason(raw, reason):
    with pytest.raises(SubmissionError) as refusal:
        read_submission(raw, PLAN)
    assert refusal.value.reason is reason
    assert refusal.value.remedy


READ = {
    "cells told twice, the second time all": said('{"cells"', '{"cells": [], "cells"'),
    "a number that is infinite": said('"nbformat_minor": 5', '"nbformat_minor": 1e400'),
    "numbers that JSON does not have": said('"nbformat_minor": 5', '"nbformat_minor": NaN, "x": -Infinity'),
    "a version that is no whole number": said('"nbformat": 4', '"nbformat": 4.0'),
    "a minor version to come": said('"nbformat_minor": 5', '"nbformat_minor": 99'),
    "another unit's metadata": changed(metadata={"stagewise": {"unit": "batchnorm"}, "kernelspec": 7}),
    "one id for all": with_cells(lambda one: one.update(id="same")),
    "ids that are lists": with_cells(lambda one: one.update(id=["x"])),
    "tags, names and slides": with_cells(
        lambda one: one["metadata"].update(tags=["x"], name="double", slideshow={"slide_type": "skip"})
    ),
}


def is_untouched(raw):
    intake = read_submission(raw, PLAN)
    assert intake.repairs == ()
    assert cell(intake.notebook, "double")["source"] == ANSWERS["double"]
    assert len(intake.notebook["cells"]) == len(NOTEBOOK["cells"])


@pytest.mark.parametrize("raw", READ.values(), ids=READ)
def test_what_does_not_matter_changes_nothing(raw):
    is_untouched(raw)


def test_twenty_megabytes_of_widgets_are_left_out():
    state = {str(number): "x" * 1000 for number in range(20_000)}
    kind = "application/vnd.jupyter.widget-state+json"
    is_untouched(changed(metadata={"widgets": {kind: {"state": state}}}))


def test_forty_megabytes_of_outputs_are_left_out():
    long = [{"output_type": "stream", "name": "stdout", "text": "x" * 40_000_000}]
    is_untouched(submitted(ANSWERS, lambda notebook: cell(notebook, "double").update(outputs=long)))


@pytest.mark.parametrize(
    "source",
    [
        "%%time\ndef double(x):\n    return 2 * x",
        "def double(x):\r\n\treturn 2 * x\r\n",
        "def double(x):\n    return 2 * x  # \u2028 \u0085 \x0c \u00e9",
    ],
)
def test_a_source_that_editors_make_is_kept(source):
    intake = read_submission(submitted({**ANSWERS, "double": source}), PLAN)
    assert intake.repairs == ()
    assert cell(intake.notebook, "double")["source"] == source.replace("\r\n", "\n")
