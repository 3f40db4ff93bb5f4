# Every command sets up what it needs: only python3 (>= 3.11), make and git are taken for granted.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := core tools storage agents graphs worker api cli evals
.DEFAULT_GOAL := help

help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.ready: requirements.lock pyproject.toml bootstrap.py
	$(PYTHON) bootstrap.py $(VENV) requirements.lock
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	$(PYTHON) bootstrap.py $(VENV) requirements-dev.lock
	@touch $@

$(VENV)/.ready-evals: requirements-evals.lock $(VENV)/.ready-dev
	$(PYTHON) bootstrap.py $(VENV) requirements-evals.lock
	@touch $@

ocr: $(VENV)/.ready  ## Add OCR of pictures and scanned pages to .venv
	$(PYTHON) bootstrap.py $(VENV) requirements-ocr.lock

setup: $(VENV)/.ready-dev  ## Create .venv with everything, tests included

demo: $(VENV)/.ready  ## Start everything, add the demo corpus, ask, check citations, stop
	$(BIN)/quaestor demo

run: $(VENV)/.ready  ## Start Postgres, API and worker; Ctrl-C stops them
	$(BIN)/quaestor up

check: setup  ## Format, lint, types, import contracts, unit and contract tests
	$(BIN)/ruff format --check $(PACKAGES) training tests demo bootstrap.py
	$(BIN)/ruff check $(PACKAGES) training tests demo bootstrap.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n 2 tests/unit tests/contract

test: check  ## check, then integration and end-to-end tests on real services
	$(BIN)/pytest -q tests/integration tests/e2e

evals-building: $(VENV)/.ready-evals  ## Every suite of the building side beside peers; tables and plots (OUT=FOLDER)
	$(BIN)/pytest -q tests/unit/test_peers.py tests/unit/test_eval_groups.py
	$(BIN)/quaestor eval all-building --data $${QUAESTOR_EVAL_DATA:-../shared/data/uniform} --part public \
	  --report $(or $(OUT),out/building)

eval-loaders: setup  ## Load every public file: loaded, typed error, crashed
	$(BIN)/quaestor eval loaders --data $${QUAESTOR_EVAL_DATA:-../shared/data/uniform} --part public

reader-eval: setup  ## Reader figures on the public data, by a twin that did not see them (JSON=FILE)
	$(BIN)/quaestor eval reader --data $${QUAESTOR_EVAL_DATA:-../shared/data/uniform} --part public \
	  --model training/twin $(if $(JSON),--json $(JSON))

lock: setup  ## Resolve the dependencies anew (needs uv)
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade \
	  --python-version 3.11 --extra build --extra llm pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade \
	  --python-version 3.11 --extra build --extra llm --extra ocr -c requirements.lock pyproject.toml \
	  -o requirements-ocr.lock
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade \
	  --python-version 3.11 --extra build --extra llm --extra ocr --extra dev -c requirements-ocr.lock \
	  pyproject.toml -o requirements-dev.lock
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --upgrade \
	  --python-version 3.11 --extra build --extra llm --extra dev --extra evals \
	  -c requirements-dev.lock pyproject.toml -o requirements-evals.lock

clean:  ## Remove .venv and caches; data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: help ocr setup demo run check test evals-building eval-loaders reader-eval lock clean
