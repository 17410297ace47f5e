"""The page at the end of the course: it opens on solved, missing, unfinished, wrong and damaged notebooks."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from autograder.course import REPOSITORY, Course
from autograder.units.pages import page
from stagewise import data, finale
from stagewise.finale._pace import Pace, pace_of
from stagewise.finale.experiment import ALL
from stagewise.finale.ingredients import INGREDIENTS, first_to_finish, recipe_of
from stagewise.finale.learning import Settings, learn
from stagewise.finale.work import COURSE_ORDER, State
from tests.autograder.solved import keep, solved, with_cell

COURSE = Course(REPOSITORY)
WITHOUT = [one for one in INGREDIENTS if one.without]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Ten solved notebooks."""
    place = tmp_path_factory.mktemp("finished")
    for unit in COURSE.units():
        keep(place, unit)
    return place


@pytest.fixture(scope="module")
def work(folder):
    return finale.collect(folder)


@pytest.fixture(scope="module")
def experiment(work):
    """Short trainings, for what does not depend on their length."""
    return finale.Experiment(work, splits=2, epochs=2)


def state_of(work, unit, name):
    (found,) = [one for one in work.units if one.unit == unit]
    return next(answer.state for answer in found.answers if answer.name == name)


def test_the_order_names_every_unit_once():
    assert sorted(COURSE_ORDER) == list(COURSE.units())


def test_all_exercises_of_ten_solved_notebooks_count(work):
    torch = all(one.state is not State.UNASKED for unit in work.units for one in unit.answers)
    for unit in work.units:
        assert (unit.problem, unit.remarks) == ("", ())
        if torch or unit.unit != "transfer":
            assert unit.passed() == len(unit.answers)
    assert sum(unit.gradients() for unit in work.units) == 40


def test_what_was_written_is_counted_and_what_was_given_is_not(work):
    written = {unit.unit: unit.written for unit in work.units}
    assert written["dropout"].functions == 6
    assert written["training"].functions == 11
    assert 30 < written["dropout"].lines < 60


def test_handed_out_notebooks_count_nothing(tmp_path):
    keep(tmp_path, "dropout", COURSE.student("dropout").read_text(encoding="utf-8"))
    (dropout,) = [one for one in finale.collect(tmp_path).units if one.unit == "dropout"]
    assert {answer.state for answer in dropout.answers} == {State.UNWRITTEN}
    assert (dropout.written.functions, dropout.written.lines) == (0, 0)


def test_every_ingredient_is_in_the_network_of_right_functions(work):
    recipe = recipe_of(work)
    assert all(one in recipe for one in INGREDIENTS)
    assert first_to_finish(work) == ()


def test_it_reads_97_percent_of_the_digits(work):
    """Over twenty splits the mean is 98.5 %, and the least that one of them reads 97.3 %."""
    read = finale.Experiment(work, splits=3).accuracy
    assert read.value > 0.97
    assert read.error < 0.01


def test_its_gradients_are_those_that_are_measured(experiment):
    assert experiment.before.error < 1e-5
    assert "they agree" in experiment.first_checks()


def test_it_learns_ten_pictures_by_heart_and_starts_at_chance(experiment):
    told = experiment.first_checks()
    assert re.search(r"by heart: loss 0\.00\d after", told)
    assert "by chance, yes; penalty connected, yes" in told


def replaced(work, **functions):
    """A short experiment with other functions in the place of some."""
    recipe = recipe_of(work)
    made = finale.Experiment(work, splits=2, epochs=1)
    made.__dict__["recipe"] = replace(recipe, functions={**recipe.functions, **functions})
    return made


def test_what_functions_print_while_they_train_is_not_shown(work, capsys):
    def printing(dout, cache):
        print("a gradient")
        return dout * (cache > 0)

    learn(replaced(work, relu_backward=printing).recipe, Settings(0.01, 1e-3), seed=0, epochs=1)
    assert capsys.readouterr().out == ""


def test_networks_that_are_lost_read_nothing_and_stop_nothing(work):
    lost = replaced(work, adam=lambda w, dw, config: (np.full_like(w, np.nan), config))
    assert "0.0 ± 0.0 % of the test digits are read correctly" in lost.train().words()
    assert "300 of 300 are misread" in lost.misread().words()


def test_functions_that_take_too_long_are_named_before_anything_is_trained(work, monkeypatch):
    experiment = finale.Experiment(work)
    assert experiment.too_slow() == ""
    experiment.__dict__["pace"] = Pace(2.0, "affine_backward")
    assert experiment.train() == (
        "○ A step on 50 digits takes 2.0 s, most of it in affine_backward: the searches and trainings "
        "would take 208 minutes. Write affine_backward without a loop over examples, or give "
        "Experiment fewer epochs."
    )


def test_the_function_that_takes_most_of_a_step_is_found(work):
    def slow(dout, cache):
        for _ in range(1000):
            np.sort(dout, axis=0)
        return dout * (cache > 0)

    assert pace_of(replaced(work, relu_backward=slow).recipe).slowest == "relu_backward"


def test_a_gradient_that_is_wrong_in_the_network_is_told(work):
    spoiled = replaced(work, relu_backward=lambda dout, cache: dout)
    assert "look at what is in" in spoiled.first_checks()


@pytest.mark.parametrize("ingredient", WITHOUT, ids=lambda one: one.name)
def test_the_network_learns_without_any_one_ingredient(ingredient, work):
    run = learn(recipe_of(work).without(ingredient), Settings(0.01, 1e-3), seed=0, epochs=2)
    assert np.isfinite(run.losses).all()
    assert run.right > 0.3


def test_each_ingredient_that_can_be_left_out_is_measured(experiment):
    named = {one.name for one in WITHOUT if one.name != "ensemble"}
    assert set(experiment.worth) == {*named, ALL}
    assert all(gain.count == 2 for gain in experiment.worth.values())
    words = experiment.leave_one_out().words()
    assert all(f"{name}: " in words for name in named)
    assert "an ensemble of 3 adds" in words


def test_the_same_notebooks_give_the_same_numbers(work):
    settings = Settings(0.01, 1e-3)
    runs = [learn(recipe_of(work), settings, seed=3, epochs=1) for _ in range(2)]
    np.testing.assert_array_equal(runs[0].losses, runs[1].losses)


def test_a_digit_of_ones_own_is_read_by_all_networks_together(experiment):
    told = experiment.read(data.drawn(".##.\n#..#\n#..#\n#..#\n.##.", width=6)).words()
    assert "2 networks together read 0" in told


def test_without_the_ensembles_function_it_is_named(tmp_path):
    for unit in ("foundations", "modules"):
        keep(tmp_path, unit)
    told = finale.Experiment(finale.collect(tmp_path), splits=2, epochs=1).read(np.zeros((8, 8)))
    assert "`ensemble_predict` of regularization: the notebook is not there" in told


def test_a_picture_of_another_size_is_an_error_with_a_remedy(experiment):
    with pytest.raises(
        ValueError, match=r"one picture of 8 by 8, and was given the shape \(28, 28\): make it"
    ):
        experiment.read(np.zeros((28, 28)))


def test_a_search_sees_nothing_of_the_test_part(work, monkeypatch):
    experiment = finale.Experiment(work, splits=2, epochs=1)
    trials, settings = experiment._search(0)
    best = max(trials, key=lambda one: one[1])
    assert len(trials) == 8
    assert settings.learning_rate == best[0]["learning_rate"]


def test_a_missing_notebook_is_named_and_the_rest_goes_on(folder, tmp_path):
    for unit in ("foundations", "activations"):
        keep(tmp_path, unit)
    work = finale.collect(tmp_path)
    assert [one.unit for one in work.units if not one.problem] == ["foundations", "activations"]
    told = finale.Experiment(work).train()
    assert told.startswith("○ The network cannot do without these; finish them first:")
    assert "`graph_forward` of modules: the notebook is not there: no modules/modules.ipynb" in told


def test_an_unfinished_function_is_named_and_its_ingredient_left_out(tmp_path):
    for unit in ("foundations", "modules"):
        keep(tmp_path, unit)
    keep(
        tmp_path,
        "dropout",
        with_cell(
            solved("dropout"),
            "dropout_backward",
            "def dropout_backward(dout, cache):\n    raise NotImplementedError()",
        ),
    )
    work = finale.collect(tmp_path)
    assert state_of(work, "dropout", "dropout_backward") is State.UNWRITTEN
    told = finale.Experiment(work).parts()
    assert "○ dropout " in told
    assert "`dropout_backward` of dropout is not written yet" in told
    assert "finish them first" not in told


def test_a_wrong_function_is_named_and_its_ingredient_left_out(tmp_path):
    wrong = (
        "def affine_backward(dout, cache):\n    x, w = cache\n    return dout @ w.T, x.T @ dout, dout.mean(0)"
    )
    keep(tmp_path, "modules")
    keep(tmp_path, "foundations", with_cell(solved("foundations"), "affine_backward", wrong))
    work = finale.collect(tmp_path)
    assert state_of(work, "foundations", "affine_backward") is State.WRONG
    assert first_to_finish(work) == ("`affine_backward` of foundations does not pass its visible check",)


def test_a_function_that_was_deleted_is_not_written_and_its_partner_is_not_right(tmp_path):
    keep(tmp_path, "activations", with_cell(solved("activations"), "relu_forward", "# gone"))
    work = finale.collect(tmp_path)
    assert state_of(work, "activations", "relu_forward") is State.UNWRITTEN
    assert state_of(work, "activations", "relu_backward") is State.WRONG


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is damaged: it is no JSON"),
        ("<<<<<<< HEAD", "is damaged: it is no JSON"),
        ("[" * 100_000, "is damaged: it is no JSON"),
        ("[]", "is damaged: it has no cells"),
        ('{"cells": 3}', "is damaged: it has no cells"),
    ],
)
def test_a_damaged_notebook_is_told(text, told, tmp_path):
    keep(tmp_path, "training", text)
    work = finale.collect(tmp_path)
    assert [one.problem for one in work.units if one.unit == "training"] == [told]


def test_cells_that_are_no_cells_are_passed_over(tmp_path):
    notebook = json.loads(solved("training"))
    notebook["cells"] += [
        None,
        7,
        {},
        {"cell_type": "code"},
        {"cell_type": "code", "source": 3, "metadata": []},
    ]
    keep(tmp_path, "training", json.dumps(notebook))
    assert state_of(finale.collect(tmp_path), "training", "preprocess") is State.PASSED


def test_notebooks_in_one_folder_are_found_too(tmp_path):
    (tmp_path / "training.ipynb").write_text(solved("training"), encoding="utf-8")
    assert state_of(finale.collect(tmp_path), "training", "best_of") is State.PASSED


def test_without_a_folder_it_looks_in_its_own_and_around_it(folder, tmp_path, monkeypatch):
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")
    (tmp_path / "inside" / "training.ipynb").write_text(solved("training"), encoding="utf-8")
    for unit in ("training", "dropout"):
        keep(tmp_path, unit, COURSE.student(unit).read_text(encoding="utf-8"))
    work = finale.collect()
    assert state_of(work, "training", "best_of") is State.PASSED
    assert state_of(work, "dropout", "dropout_forward") is State.UNWRITTEN


@pytest.mark.parametrize(("drive", "said"), [(".", "where there is no PyTorch"), ("none", "private window")])
def test_in_a_browser_it_says_calmly_what_cannot_be_there(tmp_path, monkeypatch, capsys, drive, said):
    monkeypatch.setattr("stagewise.finale.work.in_browser", lambda: True)
    monkeypatch.setattr("stagewise.finale.work._DRIVE", tmp_path / drive)
    work = finale.collect(tmp_path)
    (transfer,) = [one for one in work.units if one.unit == "transfer"]
    assert said in transfer.problem
    finale.overview(work)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if " transfer " in line]
    assert line.startswith("○" if drive == "." else "✗")


def test_no_folder_is_an_error_with_a_remedy(tmp_path):
    with pytest.raises(ValueError, match="there is no such folder: name the one"):
        finale.collect(tmp_path / "nowhere")


def test_too_few_splits_are_an_error_with_a_remedy(work):
    with pytest.raises(ValueError, match=r"at least 2 splits.*splits=1, epochs=20: give more"):
        finale.Experiment(work, splits=1)


def test_without_torch_its_unit_is_counted_and_not_checked(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("stagewise.finale.work.find_spec", lambda name: None)
    keep(tmp_path, "transfer")
    work = finale.collect(tmp_path)
    (transfer,) = [one for one in work.units if one.unit == "transfer"]
    assert {answer.state for answer in transfer.answers} == {State.UNASKED}
    assert transfer.written.functions == 12
    finale.overview(work)
    assert "not checked: PyTorch is not installed here" in capsys.readouterr().out


def test_the_overview_names_what_is_missing(folder, tmp_path, capsys):
    keep(tmp_path, "dropout", COURSE.student("dropout").read_text(encoding="utf-8"))
    finale.overview(finale.collect(tmp_path))
    told = capsys.readouterr().out
    assert "1 of 10 notebooks: 0 of 136 exercises pass" in told
    assert "not written yet: dropout_forward, dropout_backward" in told
    assert "The notebook is not there: no foundations/foundations.ipynb" in told


def test_the_sheet_holds_the_results_that_are_there(experiment, work, capsys):
    finale.certificate(finale.Experiment(work), "Ada <b>")
    before = capsys.readouterr().out
    assert before.startswith("Ada <b> wrote in the course Stagewise:\n10 of 10 notebooks: ")
    assert "digits" not in before
    assert experiment.accuracy.value > 0.5
    finale.certificate(experiment)
    assert "of digits that it has not seen (2 splits" in capsys.readouterr().out


def test_the_page_runs_on_ten_solved_notebooks(folder, monkeypatch, capsys):
    """All its cells, with shorter trainings."""
    (folder / "finale").mkdir()
    monkeypatch.chdir(folder / "finale")
    cells = [
        one["source"] for one in json.loads(page(COURSE, "finale"))["cells"] if one["cell_type"] == "code"
    ]
    code = "\n".join("".join(source) for source in cells)
    assert "interactive.here((5, 20)," in code
    exec(code.replace("(5, 20)", "(2, 1)"), {})
    told = capsys.readouterr().out
    assert "✗" not in told
    assert "○" not in told
    assert "What each ingredient is worth, over 2 splits" in told


def test_the_page_opens_without_any_notebook(tmp_path, monkeypatch, capsys):
    (tmp_path / "finale").mkdir()
    monkeypatch.chdir(tmp_path / "finale")
    cells = [
        one["source"] for one in json.loads(page(COURSE, "finale"))["cells"] if one["cell_type"] == "code"
    ]
    exec("\n".join("".join(source) for source in cells), {})
    told = capsys.readouterr().out
    assert "0 of 10 notebooks" in told
    assert "finish them first" in told
    assert "stopped" not in told
