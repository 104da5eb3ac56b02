# `make` alone lists what there is. No make, or Windows: the README has the same commands in Python.
# The environment is made when it is missing and renewed when constraints.txt changes; what the
# tests need beyond it is added by the first `make test`.
PYTHON ?= python3
PY := .venv/bin/python
# Its Python may be gone, or be another one: after an update of the system, on another computer.
WHOLE := $(and $(wildcard .venv/installed),$(shell $(PY) -c "import pip" >/dev/null 2>&1 && echo yes))
# Whatever a user or a machine has set for all of pip: what is installed here belongs into .venv.
export PIP_USER = 0
unexport PIP_TARGET PIP_PREFIX PIP_ROOT
UV := $(PY) -m uv pip compile --quiet --no-config --upgrade --only-binary :all: --no-annotate \
	--custom-compile-command "make lock" --python-version 3.11

.PHONY: help lab test test-browser mutants claims lint lesson rules notebooks maps bench site slides handouts picture figures writer lock licences binder assignment autograde feedback clean again

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

lab: .venv/installed ## open the course in JupyterLab
	$(PY) -m tools.lab

test: .venv/tested ## run every test: units, both editions of each lesson, style (one lesson: LESSON=02)
	$(PY) -m pytest -n 2 $(if $(LESSON),--lesson $(LESSON))
	@$(MAKE) --no-print-directory lint

test-browser: .venv/tested ## open every lesson in Chromium, run it, move every control
	$(PY) -m pytest tests/browser

mutants: .venv/tested ## break one thing at a time: do the tests notice? (ARGS="--seed 2 --only utils/layers")
	$(PY) -m tools.mutants $(ARGS)

figures: .venv/tested ## store how figures look and what explorers say now; show each change beside what was
	$(PY) -m tests.helpers.pictures
	RENEW_EXPLORERS=1 $(PY) -m pytest -q tests/test_explorers.py

claims: .venv/tested ## run every lesson with five other seeds: does what it says still hold?
	$(PY) -m tools.claims $(ARGS)

lint: .venv/tested ## check the style of code and lessons
	$(PY) -m ruff check
	$(PY) -m ruff format --check

lesson: .venv/tested ## make the skeleton of a lesson, a draft that passes the tests (NN=07 NAME=attention)
	$(PY) -m tools.new_lesson $(NN) $(NAME)

rules: .venv/tested ## print the rules of a lesson, or what they object to in one (LESSON=02)
	@$(PY) -m tools.rules $(LESSON)

notebooks: .venv/tested ## derive notebooks/ from solutions/ and execute both (one lesson: ARGS=02)
	$(PY) tools/build_notebooks.py $(ARGS)

maps: .venv/tested ## write from lessons.toml the maps in README and lesson 0, and what counts the lessons
	$(PY) -m tools.lessons
	$(PY) tools/build_notebooks.py 00

bench: .venv/tested ## measure speed, memory, errors and tests into BENCHMARKS.md (a part: ARGS=layers)
	$(PY) -m tools.bench $(ARGS)

site: .venv/tested ## render the solutions edition to plain pages in site/, to read without Jupyter
	$(PY) -m tools.build_site

picture: .venv/tested ## take the README's picture anew, in Chromium
	$(PY) -m tools.readme_picture

slides: .venv/tested ## make a deck of slides of each lesson in slides/, to project without Jupyter
	$(PY) -m tools.build_slides

handouts: .venv/tested ## make sheets to print of each lesson, and one with its answers, in handouts/
	$(PY) -m tools.build_handouts

writer: .venv/installed ## train the network that lesson 9 comes with, some minutes on a free core
	$(PY) -m tools.train_writer

lock: .venv/installed ## renew all pinned lists from requirements.txt and tests/requirements.txt
	$(PY) -m pip install --quiet --require-hashes --only-binary :all: -r tools/uv.txt
	$(UV) requirements.txt --universal --fork-strategy fewest --generate-hashes -o constraints.txt
	$(UV) requirements.txt tests/requirements.txt -c constraints.txt --universal --fork-strategy fewest \
	--generate-hashes -o tests/constraints.txt
	$(UV) requirements.txt -c constraints.txt --python-platform x86_64-manylinux_2_28 \
	--generate-hashes -o binder/requirements.txt

licences: .venv/installed ## list what is installed, with its licences, in docs/LICENCES.md
	$(PY) -m tools.licences

binder: .venv/installed ## write the links to Binder and Colab, for the GitHub repository that `origin` names
	$(PY) -m tools.binder_links

# With nbgrader: TEACHING.md, Grading.
assignment: .venv/tested ## make an nbgrader assignment of a lesson (LESSON=02)
	$(PY) -m tools.assignment make $(LESSON) $(ARGS)

autograde: .venv/tested ## mark what students handed in, each in a sandbox (LESSON=02)
	$(PY) -m tools.assignment autograde $(LESSON) $(ARGS)

feedback: .venv/tested ## write a page of feedback for each marked submission (LESSON=02)
	$(PY) -m tools.assignment feedback $(LESSON) $(ARGS)

clean: ## remove the environment and all caches; notebooks stay as they are
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .pictures
	find . -name __pycache__ -prune -exec rm -rf {} +

# The stamp is written last: a set-up that failed leaves none and is done again from the start.
.venv/installed: constraints.txt $(if $(WHOLE),,again)
	@$(PYTHON) -c "import sys; v = sys.version_info[:2]; sys.exit(not (3, 11) <= v <= (3, 13) and 'Python 3.11, 3.12 or 3.13 is needed (TensorFlow has no build for others); this is %d.%d.' % v)" \
	|| { echo "Name one that you have, for example: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv, once: some 400 MB to download, a few minutes."
	@$(PYTHON) -m venv $(if $(WHOLE),,--clear) .venv || { echo "No module named venv or ensurepip? On Debian and Ubuntu: apt install python3-venv. Permission denied? Copy the course into a folder of your own."; exit 1; }
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r constraints.txt
	$(PY) -c "import matplotlib.font_manager" # finds the fonts, which takes seconds the first time
	touch $@

.venv/tested: tests/constraints.txt .venv/installed
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	touch $@
