# Every task of the project. `make help` lists them; each does the set-up that it needs, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet \
  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help install serve demo test test-lts test-docker check format lock

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
	$(BIN)/python -m pytest -n auto --dist loadfile

test-lts: $(INSTALLED) ## Run the tests of the Neo4j backend on Neo4j 5.26, the line with long-term support
	NEO4J_TEST_LINE=lts $(BIN)/python -m pytest -n auto --dist loadfile tests/conformance tests/neo4j -k neo4j

test-docker: $(INSTALLED) ## Build the image, run it with both lines of Neo4j; needs Docker and its compose
	$(BIN)/python -m pytest tests/containers/with_docker.py

check: $(INSTALLED) ## Format, lint, types, documentation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m tools.links
	$(BIN)/python -m tools.licences check

format: $(INSTALLED) ## Put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(INSTALLED) ## Choose the versions in the lock files anew
	$(COMPILE) --extra embedded --extra notebook --group test --group lint --output-file requirements.lock
	$(COMPILE) --output-file requirements-service.lock
	$(BIN)/python -m tools.licences write

.PHONY: bench bench-quick bench-full bench-lock
BENCH := .make/bench
MLMD := .make/mlmd

bench: $(BENCH) $(MLMD) ## Measure at 100,000 artifacts beside other catalogs; writes docs/benchmarks.md
	$(BIN)/python -m benchmarks bench

bench-full: bench ## The same, and at 1,000,000 artifacts
	$(BIN)/python -m benchmarks million

bench-quick: $(BENCH) $(MLMD) ## Ask every question of the benchmarks once, at 10,000 artifacts: answers, not times
	$(BIN)/python -m benchmarks quick

$(BENCH): $(INSTALLED) requirements-bench.lock
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-bench.lock
	@mkdir -p $(@D) && touch $@

# ML Metadata needs Python 3.11 and an old protobuf. Where they cannot be had, the benchmarks leave it out and say so.
$(MLMD): requirements-mlmd.lock | $(INSTALLED)
	@mkdir -p $(@D) && rm -rf $@
	@$(BIN)/uv venv --quiet --no-python-downloads --python 3.11 $@ \
	  && $(BIN)/uv pip install --quiet --python $@/bin/python --require-hashes --requirement requirements-mlmd.lock \
	  || (rm -rf $@ && mkdir $@ && echo "ML Metadata cannot be installed here: the benchmarks leave it out")

bench-lock: $(INSTALLED) ## Choose the versions of what only the benchmarks need anew
	$(BIN)/uv pip compile --group pyproject.toml:bench --universal --python-version 3.11 --constraint requirements.lock \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make bench-lock' \
	  --quiet --output-file requirements-bench.lock
	echo 'ml-metadata==1.17.1' | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make bench-lock' \
	  --quiet --output-file requirements-mlmd.lock

.PHONY: licences docs docs-serve docs-lock build
DOCS := .make/docs
RELEASE := .make/release

docs: $(DOCS) ## Build the documentation site into site/, without a warning
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

docs-serve: $(DOCS) ## Serve the documentation site while its pages are written
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs serve

build: $(RELEASE) ## Build the wheel and the sdist into dist/, check them, and try the wheel in an environment of its own
	@rm -rf dist .make/try
	$(BIN)/python -m build --no-isolation .
	$(BIN)/python -m twine check --strict dist/*
	$(BIN)/uv venv --quiet .make/try
	$(BIN)/uv pip install --quiet --python .make/try --require-hashes --requirement requirements-service.lock
	$(BIN)/uv pip install --quiet --python .make/try --no-deps dist/*.whl
	cd .make/try && FLOWYML_CATALOG_ENDPOINT= bin/python -c 'from catalog_graph import ArtifactCatalog as C; c = C(); \
	  print(c.upstream(c.register("model", "Model", parent_ids=[c.register("raw", "Dataset")])).tree())'
	.make/try/bin/catalog-graph --version

licences: $(INSTALLED) ## Write the list of the dependencies' licences anew
	$(BIN)/python -m tools.licences write

docs-lock: $(INSTALLED) ## Choose the versions of what only the documentation and releases need anew
	for group in docs release; do $(BIN)/uv pip compile --group pyproject.toml:$$group --universal --python-version 3.11 \
	  --constraint requirements.lock --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate \
	  --custom-compile-command 'make docs-lock' --quiet --output-file requirements-$$group.lock || exit 1; done
	$(BIN)/python -m tools.licences write

$(DOCS): $(INSTALLED) requirements-docs.lock
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-docs.lock
	@mkdir -p $(@D) && touch $@

$(RELEASE): $(INSTALLED) requirements-release.lock
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-release.lock
	@mkdir -p $(@D) && touch $@
