# Every task of the project. `make help` lists them; each does the set-up that it needs, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet \
  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help install serve demo test check format lock

help: ## List the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

install: $(INSTALLED) ## Make .venv with everything that serving and testing need

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "catalog_graph needs Python 3.11 or later; name one by PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

serve: $(INSTALLED) ## Run the service on its own Neo4j; stop it with Ctrl-C
	@exec $(BIN)/catalog-graph serve

demo: $(INSTALLED) ## Run the service, a FlowyML pipeline as its client, and draw the lineage
	@$(BIN)/python examples/demo.py

test: $(INSTALLED) ## Run every test on a real Neo4j
	$(BIN)/python -m pytest

check: $(INSTALLED) ## Format, lint, types, documentation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(INSTALLED) ## Put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(INSTALLED) ## Choose the versions in the lock files anew
	$(COMPILE) --extra embedded --group test --group lint --output-file requirements.lock
	$(COMPILE) --output-file requirements-service.lock
