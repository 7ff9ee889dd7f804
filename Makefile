# Everything is installed below .venv; nothing else on the machine is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data
WEIGHTS ?= imagenet
RUN ?= runs/latest
VERSION ?= local

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench train evaluate lock clean

help: ## List these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(VENV)/.serving ## Install what is needed and start the service
	@exec $(BIN)/python -m commands.server

test: $(VENV)/.development ## Run all tests
	@$(BIN)/python -m pytest -n auto

lint: $(VENV)/.development ## Check style, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.development ## Format the code
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

bench: $(VENV)/.development ## Measure uploads and, against other engines, the network
	@$(BIN)/python -m bench.upload
	@$(BIN)/python -m bench.network

train: $(VENV)/.development ## Fine-tune a network on DATA and export it
	$(BIN)/python -m cnn_model.training.train $(DATA) --weights $(WEIGHTS) --run $(RUN)
	$(BIN)/python -m cnn_model.release.export $(RUN) $(DATA) --version $(VERSION)

evaluate: $(VENV)/.development ## Judge the network on the held-out photos of DATA
	$(BIN)/python -m cnn_model.evaluation.evaluate $(DATA) --refresh

lock: $(VENV)/.development ## Pin every package below the requirements, with hashes
	$(BIN)/uv pip compile $(LOCK_OPTIONS) requirements.txt -o requirements.lock
	$(BIN)/uv pip compile $(LOCK_OPTIONS) requirements-dev.txt -o requirements-dev.lock

clean: ## Remove the environment and caches; the data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

LOCK_OPTIONS := --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-header --no-annotate

# An install that was interrupted leaves no stamp and is repeated.
$(VENV)/.serving: requirements.lock
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or later is needed; name it with PYTHON=…")'
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is needed (on Debian: apt install python3-venv)." >&2; exit 1; }
	@echo "Installing into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.development: $(VENV)/.serving requirements-dev.lock
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
