# Everything a person does with a checkout. `make install` comes by itself.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
UV     := uv==0.13.9
PEERS  := build/peers
export AIRFLOW_HOME := $(CURDIR)
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: install run test test-heavy bench lint airflow lock clean

# Bytecode is written once, here: where it cannot be written later, every start would compile again.
install: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV)
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q -j 2 kernel extractors transforms validation publish dags tenderline
	$(BIN)/python -m tenderline.native
	touch $@

run: install  ## publish a few days of made-up notices through Airflow, without a network
	$(BIN)/tenderline demo

test: install  ## the default tests: no network, under five minutes
	$(BIN)/pytest -m "not heavy" -n auto --maxprocesses 4 --dist loadfile

test-heavy: install  ## the tests that take longer; they run in CI
	$(BIN)/pytest -m heavy -n auto --maxprocesses 2 --dist loadfile

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# CORPUS=folder of OCDS files, STANDARD=folder of the official files of OCDS 1.1.5; docs/performance.md
bench: install $(PEERS)/.installed  ## ours beside the peers; writes docs/performance.md
	$(BIN)/python -m benchmarks --peers $(PEERS) \
	  $(if $(CORPUS),--corpus "$(CORPUS)") $(if $(STANDARD),--standard "$(STANDARD)") \
	  $(if $(PARTS),--parts $(PARTS)) $(if $(COPIES),--copies $(COPIES)) $(if $(PAIRS),--pairs $(PAIRS)) \
	  $(if $(GROWTH),--growth $(GROWTH)) $(if $(HISTORY),--history $(HISTORY)) $(if $(DAY),--day $(DAY)) $(if $(UNTIL),--until $(UNTIL)) \
	  $(if $(DATE),--date "$(DATE)") $(if $(NOTE),--note "$(NOTE)")

$(PEERS)/.installed:  # with what makes them faster
	$(PYTHON) -m venv $(PEERS)
	$(BIN)/uv pip install --quiet --python $(PEERS)/bin/python \
	  "libcoveocds[perf]" "ocdskit[perf]" flatterer
	touch $@

airflow: install  ## the web UI at http://127.0.0.1:8080
	$(BIN)/tenderline airflow

lock:  ## pin every package anew
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-strip-extras --quiet -o requirements.lock

clean:  ## remove the environment and Airflow's state; the data in ./lake stays
	rm -rf $(VENV) $(PEERS) var
