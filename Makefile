# Every target sets up what it needs on a fresh machine and is quick when that is done already.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test bench lab site build format clean

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/ready $(VENV)/sandbox  ## build the course, grade a synthetic class of 30 in all units, write feedback and a report
	$(BIN)/python -m autograder demo

test: $(VENV)/ready $(VENV)/sandbox $(VENV)/browser $(VENV)/pyodide $(VENV)/database  ## lint, types and every test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

bench: $(VENV)/ready $(VENV)/sandbox  ## every unit side by side with stock nbgrader: speed, memory, latency, attacks
	$(BIN)/python -m benchmarks

lab: $(VENV)/ready  ## JupyterLab on the released notebooks
	cd assignments && ../$(BIN)/jupyter lab

site: $(VENV)/ready  ## the course as a web site in site/: units to read and to work in, documentation
	$(BIN)/python -m autograder site

build: $(VENV)/ready  ## make assignments/ and the recorded answers anew from solutions/
	$(BIN)/python -m autograder build

format: $(VENV)/ready  ## lay the code out, sort imports, apply the linter's safe fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove what the targets made (never a gradebook or a submission)
	rm -rf $(VENV) build dist demo site .mypy_cache .ruff_cache .pytest_cache .hypothesis

# What an editable install copies into the environment is part of it, too.
$(VENV)/ready: pyproject.toml constraints.txt setup/editable.py $(shell find setup/environment -name '*.py')
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Stagewise needs Python 3.11 or newer; choose one with: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

$(VENV)/sandbox: setup/system-packages.sh | $(VENV)/ready
	sh setup/system-packages.sh bwrap=bubblewrap
	touch $@

$(VENV)/browser: setup/system-packages.sh | $(VENV)/ready
	sh setup/system-packages.sh chromium=chromium
	touch $@

# Not made where it cannot be had: the tests that need it are skipped by name.
$(VENV)/pyodide: setup/pyodide.py | $(VENV)/ready
	$(BIN)/python setup/pyodide.py $@

$(VENV)/database: setup/system-packages.sh | $(VENV)/ready
	sh setup/system-packages.sh initdb=postgresql
	touch $@
