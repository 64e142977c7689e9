# Everything a contributor does, each as one word. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
.DEFAULT_GOAL := help

.PHONY: help demo test conformance lint format soak fuzz mutants fast clean contract lock venv-package test-packages

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements/dev.txt pyproject.toml | venv-package
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

venv-package:
	@./.ci/system-packages $(PYTHON)

test-packages:
	@./.ci/system-packages $(PYTHON) tests

demo: $(STAMP) ## a whole community on this machine (ONCE=1: one story, checked; EYES=DIR LAYOUT=... for real eyes)
	$(BIN)/iris-locker demo $(if $(ONCE),--once) $(if $(EYES),--eyes $(EYES)) $(if $(LAYOUT),--layout $(LAYOUT)) $(if $(SEED),--seed $(SEED))

test: $(STAMP) test-packages ## the tests, under ten minutes
	$(BIN)/python -m pytest -m "not soak"

conformance: $(STAMP) ## what every lock board's driver must pass (BOARD=kerong-cu24 for one family)
	$(BIN)/python -m pytest tests/firmware_bridge/conformance $(if $(BOARD),--board $(BOARD))

soak: $(STAMP) test-packages ## the slow, deeper tests
	$(BIN)/python -m pytest -m soak

fuzz: $(VENV)/.fuzz-installed ## hunt for inputs that break something (FUZZ_RUNS=3000 of each target, FUZZ_TARGETS=...)
	$(BIN)/python tests/fuzz/run.py --runs $(or $(FUZZ_RUNS),3000) $(FUZZ_TARGETS)

$(VENV)/.fuzz-installed: requirements/fuzz.txt $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/fuzz.txt \
	    && touch $@ || echo "atheris could not be installed; the targets run on random changes of their seeds instead."

mutants: $(VENV)/.mutants-installed ## small faults in the iris matcher and decision: each fails a test or is explained (AGAIN=1, PROCESSES=1)
	$(BIN)/python tests/iris/mutants/run.py --processes $(or $(PROCESSES),1) $(if $(AGAIN),--again)

$(VENV)/.mutants-installed: requirements/mutants.txt $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mutants.txt
	@touch $@

fast: $(STAMP) ## add the compiled scan of large galleries (numba); the tests then try it too
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/fast.txt

lint: $(STAMP) ## style, types and the import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports

format: $(STAMP) ## let the formatter have its way
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

contract: $(STAMP) ## write docs/contract/ from the models
	$(BIN)/iris-locker contract --out docs/contract

lock: ## renew requirements/ (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header --extra demo --group dev pyproject.toml -o requirements/dev.txt
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["fast"])' | \
	    uv pip compile --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header --constraints requirements/dev.txt - -o requirements/fast.txt
	echo mutmut | uv pip compile --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header --constraints requirements/dev.txt - -o requirements/mutants.txt

clean: ## remove what the other words made
	rm -rf $(VENV) build dist run reports *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
