# Assay. `make` alone lists what can be done.
#
# Everything runs in .venv, so a system Python that refuses global installs is never touched.
# Options for the tool underneath go into ARGS: `make test ARGS="-k sources -x"`, `make run ARGS=--server.port=8600`.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/requirements.installed
ARGS ?=
# The first interpreter that is new enough; `make PYTHON=/path/to/python3.12 run` overrules it.
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,\
	$(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench clean
.DELETE_ON_ERROR:

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(INSTALLED) ## create .venv and install requirements.txt (the other targets do it by themselves)

run: setup ## open the dashboard in the browser
	$(BIN)/python -m streamlit run dashboard/app.py $(ARGS)

test: setup ## run all tests, a file a worker
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

lint: setup ## ruff on everything, mypy --strict on models and dashboard
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy

bench: setup ## measure the engine and its yardsticks
	$(BIN)/python -m tests.bench $(ARGS)

clean: ## remove .venv and every cache
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Installs when the text of requirements.txt changed, not when a checkout only touched its date.
$(INSTALLED): requirements.txt
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Assay needs Python 3.11 or newer; python3 here is: $$(python3 --version 2>&1)." \
	  "Install one, or say where it is: make PYTHON=/path/to/python3.12 run" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || \
	  { echo "$(PYTHON) cannot create a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@cmp -s requirements.txt $@ || { echo "Installing requirements.txt into $(VENV), about a minute the first time" && \
	  $(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt; }
	@cp requirements.txt $@
