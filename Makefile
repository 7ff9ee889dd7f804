# Everything is installed below .venv; nothing else on the machine is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data
WEIGHTS ?= imagenet
RUN ?= runs/latest
VERSION ?= local

.DEFAULT_GOAL := help
.PHONY: help run install test test-fast coverage lint typecheck format migration docs bench fuzz train \
	evaluate lock clean

help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(VENV)/.serving ## Install what is needed and start the service
	@exec $(BIN)/python -m commands.server

install: $(VENV)/.development ## Install what tests, checks and training need as well

test: $(VENV)/.development ## Run all tests
	@$(PYTEST)

test-fast: $(VENV)/.development ## Run the tests without the slow ones, the real network and training
	@$(PYTEST) -m "not slow and not model and not training"

coverage: $(VENV)/.development ## Run all tests and tell which lines and branches they miss
	@$(PYTEST) --cov --cov-report=term-missing:skip-covered

lint: $(VENV)/.development ## Check style, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

typecheck: $(VENV)/.development ## Check the types alone
	@$(BIN)/mypy

format: $(VENV)/.development ## Format the code
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

migration: $(VENV)/.development ## Write the migration NAME="…" from what the models say
	@test -n "$(NAME)" || { echo 'Name it: make migration NAME="add lesions"' >&2; exit 1; }
	@DATABASE_URL= $(BIN)/flask db upgrade
	@DATABASE_URL= $(BIN)/flask db migrate --message "$(NAME)" --rev-id "$(NEXT_REVISION)"
	@$(BIN)/ruff format --quiet migrations

docs: $(VENV)/.development ## Build the site of the documentation below build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "Open build/site/index.html."

bench: $(VENV)/.development ## Compare uploads with other servers (docs/benchmarks.md), and measure what they cost
	@$(BIN)/python -m bench.compare --to docs
	@$(BIN)/python -m bench.stages
	@$(BIN)/python -m bench.slow_clients
	@$(BIN)/python -m bench.hostile_photos
	@$(BIN)/python -m bench.network

fuzz: $(VENV)/.development ## Examine the running API with schemathesis for half an hour
	@$(BIN)/python -m tests.contract.run

train: $(VENV)/.development ## Fine-tune a network on DATA and export it
	$(BIN)/python -m cnn_model.training.train $(DATA) --weights $(WEIGHTS) --run $(RUN)
	$(BIN)/python -m cnn_model.release.export $(RUN) $(DATA) --version $(VERSION)

evaluate: $(VENV)/.development ## Evaluate the model on the held-out photos of DATA
	$(BIN)/python -m cnn_model.evaluation.evaluate $(DATA) --refresh

lock: $(VENV)/.development ## Write uv.lock, and from it requirements.txt, after pyproject.toml changed
	$(UV) lock
	$(UV) export --quiet --frozen --no-default-groups --no-annotate --output-file requirements.txt

clean: ## Remove the environment and caches; the data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage

# A file of tests stays in one process, so that what it prepares is prepared once.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile
NEXT_REVISION = $(shell printf '%04d' $$(($$(ls migrations/versions/*.py | wc -l) + 1)))
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
# Without bytecode every process of the tests would compile TensorFlow anew.
UV := UV_PROJECT_ENVIRONMENT=$(VENV) UV_COMPILE_BYTECODE=1 $(BIN)/uv --no-python-downloads
# uv stands in its own lock: pip installs it with the hashes that the lock has.
UV_PIN := import tomllib; \
	lock = tomllib.load(open("uv.lock", "rb")); \
	uv = next(package for package in lock["package"] if package["name"] == "uv"); \
	print("uv==" + uv["version"], *("--hash=" + wheel["hash"] for wheel in uv["wheels"]))

# An install that was interrupted leaves no stamp and is repeated.
$(VENV)/.serving: requirements.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or later is needed; name it with PYTHON=…")'
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is needed (on Debian: apt install python3-venv)." >&2; exit 1; }
	@echo "Installing into $(VENV) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.development: $(VENV)/.serving uv.lock
	@echo "Installing what the tests need …"
	@$(BIN)/python -c '$(UV_PIN)' > $(VENV)/uv.txt
	@$(PIP) --only-binary uv -r $(VENV)/uv.txt
	@$(UV) sync --quiet --frozen --python $(BIN)/python
	@touch $@
