# Every target stands on its own; `make help` lists them.
SHELL := /bin/bash
# The first that runs and is new enough; a name alone may be a version manager's stand-in.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
STAMP := .venv/installed.stamp
LOCK := $(BIN)/uv pip compile pyproject.toml -q --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock"
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: demo test test-kafka faults planted fuzz bench fmt lint types imports rules docs lock help

demo: $(STAMP) ## the main job on an embedded broker and SQLite; ends by itself
	$(BIN)/orderstream demo

test: $(STAMP) ## the tests that need no other service
	$(BIN)/pytest -m "not kafka and not postgres" $(PYTEST_ARGS)

test-kafka: $(STAMP) ## the tests on a real Kafka and a real PostgreSQL (Java 17, Maven, Debian's postgresql)
	$(BIN)/pytest -m "(kafka or postgres) and not slow" -p no:randomly $(PYTEST_ARGS)

faults: $(STAMP) ## kill -9 under load on a real Kafka, checked against a replay of the log
	$(BIN)/pytest -m "kafka and slow" -p no:randomly $(PYTEST_ARGS)

fuzz: $(STAMP) ## twenty times more bad input for each connector than `make test` draws
	HYPOTHESIS_PROFILE=thorough $(BIN)/pytest tests/connectors -m fuzz $(PYTEST_ARGS)

planted: $(STAMP) ## plant known bugs in a copy of the domain; each must be caught
	$(BIN)/python tests/planted/run.py $(PLANTED_ARGS)

bench: $(STAMP) ## throughput, latency and recovery on a real Kafka, with the peers
	$(BIN)/python -m bench $(BENCH_ARGS)

fmt: $(STAMP) ## format the code and put imports in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix --select I .

lint: $(STAMP) ## ruff's rules and format, and dependencies that are missing or unused
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/deptry .

types: $(STAMP) ## mypy, strict
	$(BIN)/mypy

imports: $(STAMP) ## the walls: streams > connectors, readmodel > domain, and a pure core
	$(BIN)/lint-imports

rules: $(STAMP) ## the requirement ids that no passing test carries
	$(BIN)/pytest -q -m "not kafka and not postgres" --rules-report $(PYTEST_ARGS)

docs: $(STAMP) ## write the generated pages again (topics, schemas, profiles, connectors)
	$(BIN)/python -m docs.generate

lock: $(STAMP) ## resolve both locks anew from pyproject.toml
	$(LOCK) --group dev -o requirements.lock
	$(LOCK) -c requirements.lock -o deploy/requirements.lock

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "orderstream needs Python 3.11 or newer: make PYTHON=/path/to/python" >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --no-build-isolation --no-deps -e . && touch $@
