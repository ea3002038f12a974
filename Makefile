# Every target sets .venv up by itself when it is missing or older than requirements.lock. Python 3.11, 3.12 or 3.13 is all it needs.

WORKSPACE ?= demo
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	"$$python" -c '$(SUPPORTED)' 2>/dev/null && { echo "$$python"; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help setup demo test reliability lint check bench docs dashboard dagster

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## install into .venv what requirements.lock says

demo: $(STAMP) ## run the whole pipeline over a synthetic company, into ./demo (WORKSPACE=...; ARGS="--people 500")
	$(BIN)/takeup demo $(WORKSPACE) $(ARGS)

test: $(STAMP) ## run all tests
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

reliability: $(STAMP) ## faults, arrival orders and kills at the numbers that are promised (an hour or two)
	TAKEUP_RELIABILITY=1 $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder -m reliability $(ARGS)

lint: $(STAMP) ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint test ## all that a change must pass

bench: $(STAMP) ## time and peak memory of a whole run (ARGS="--people 50000 --weeks 26")
	$(BIN)/python -m benchmarks.whole_run $(ARGS)

docs: $(STAMP) ## write the references anew from the commands, formats and rule kinds themselves
	$(BIN)/python -m orchestration.commands.reference docs/cli.md
	$(BIN)/python -m orchestration.commands.source_reference docs/sources.md
	$(BIN)/python -m orchestration.commands.mapping_reference docs/mappings.md
	$(BIN)/takeup rules reference --out docs/rules.md

dashboard: $(STAMP) ## show what was published in ./demo, on 127.0.0.1 (WORKSPACE=...)
	$(BIN)/takeup dashboard -w $(WORKSPACE) $(ARGS)

dagster: $(STAMP) ## show assets, runs, sensor and schedule of ./demo, on 127.0.0.1 (WORKSPACE=...)
	$(BIN)/takeup dagster -w $(WORKSPACE) $(ARGS)

$(STAMP): requirements.lock
	@test -n "$(PYTHON)" || { echo "takeup needs Python 3.11, 3.12 or 3.13: none was found - install one, or say which: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@echo "Setting up $(VENV) (once; one to three minutes)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
