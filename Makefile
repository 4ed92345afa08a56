# Everything a contributor runs. `make help` lists the targets.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
CORPUS ?= .cache/corpus
LABELS ?= ../shared/corpus

.DEFAULT_GOAL := help
.PHONY: help setup test lint types ci evaluate evaluate-fixes validate-impact bench bench-editor fuzz kills lowest audit verify-sdks refresh-models docs pictures site wheel clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(BIN)/wattlint  ## make a virtual environment with wattlint and its tools in it

$(BIN)/wattlint: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

test: setup  ## run the tests
	$(BIN)/python -m pytest

lint: setup  ## ruff: rules and formatting; which package may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup  ## mypy, strict
	$(BIN)/mypy

ci:  ## all that a merge needs, from a clean clone of HEAD
	.ci/run

evaluate: setup  ## fetch the labelled packages, score the call-site finder, write docs/evaluation.md (needs the network once)
	$(BIN)/python benchmarks/evaluate.py --cache $(CORPUS) --labels $(LABELS)

evaluate-fixes: setup  ## apply all fixes to copies of the evaluation packages, check what they promise, write docs/evaluation-fixes.md
	$(BIN)/python benchmarks/evaluate_fixes.py $(TREE) --write docs/evaluation-fixes.md

validate-impact: setup  ## compare the impact model with published measurements, or with those of ROWS=FILE.csv
	@test -n "$(ROWS)" || $(BIN)/python -c 'import numpy, scipy' 2>/dev/null || $(BIN)/python -m pip install --quiet --editable '.[validate]'
	$(BIN)/python benchmarks/validate_impact.py

bench: setup  ## time and memory next to ruff and other tools, written to docs/benchmarks.md (needs the network once)
	$(BIN)/python benchmarks/speed/run.py

bench-editor: setup  ## latency and start-up of the language server, written to docs/editor-latency.md
	$(BIN)/python benchmarks/lsp_latency.py --write docs/editor-latency.md

FUZZ ?= $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("stdlib"))') $(VENV)/lib
fuzz: setup  ## look for input that breaks the analysis: the files below FUZZ, mutations of them, generated modules
	$(BIN)/python -m pip install --quiet hypothesmith pysource-codegen
	$(BIN)/python tools/fuzz.py $(FUZZ)

kills: setup  ## end fixing, baseline and cache 240 times at any moment, and look for damaged files
	WATTLINT_KILLS=80 $(BIN)/python -m pytest -q -k test_killed tests/reliability/test_faults.py

LOWEST ?= .cache/lowest
lowest:  ## run the tests with the lowest versions that pyproject.toml allows
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet uv
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python --resolution lowest-direct --editable '.[dev]'
	$(LOWEST)/bin/python -m pytest

audit: setup  ## known weaknesses of the packages that wattlint needs (asks the network)
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/pip-audit --skip-editable

verify-sdks: setup  ## fetch the SDKs into .cache/sdks and check the SDK catalogue against them (needs the network once)
	$(BIN)/python tools/install_sdks.py
	$(BIN)/python tools/verify_sdks.py

refresh-models: setup  ## rebuild prices, retirement and release dates from installed packages, print what changed
	$(BIN)/python tools/refresh_models.py
	$(BIN)/python tools/refresh_releases.py

docs: setup  ## write what docs and README hold of generated tables, schemas and outputs
	$(BIN)/python -m wattlint.lint.facts > docs/facts.md
	$(BIN)/python -m wattlint.reports.json_models docs/schemas
	$(BIN)/python tools/config_reference.py
	$(BIN)/python tools/doc_blocks.py
	$(BIN)/python tools/flow_picture.py

pictures: setup  ## photograph the HTML report of the sample project for the docs (needs chromium)
	$(BIN)/python tools/flow_picture.py
	$(BIN)/python tools/pictures.py

site: setup  ## build the site into build/site, strictly
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

wheel: setup  ## build dist/*.whl, compiled catalogue and rule pages inside
	$(BIN)/python -m build --wheel --no-isolation

clean:  ## remove what was built and cached, keep the environment and the corpus
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis src/wattlint/_catalogue.bin
