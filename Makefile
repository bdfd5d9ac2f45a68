# make run starts the operator; make test runs everything; make check is what CI asks of the code.
# An active conda or venv is used as it is; otherwise .venv is made.
PYTHON ?= python3
ifneq ($(VIRTUAL_ENV)$(CONDA_PREFIX),)
ENV := $(or $(VIRTUAL_ENV),$(CONDA_PREFIX))
else
ENV := .venv
endif
BIN := $(ENV)/bin
# --no-compile: only what is used gets compiled, when it is first used; it halves the install.
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile -c constraints.txt

.PHONY: run test check bench docs

run: $(ENV)/.autopotter-run
	@$(BIN)/autopotter run

test: $(ENV)/.autopotter-test
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(ENV)/.autopotter-test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(ENV)/.autopotter-test
	@for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

docs: $(ENV)/.autopotter-test
	$(BIN)/python -m bot.docs
	$(BIN)/python -m bot.gallery

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Autopotter needs Python 3.11 or newer; set PYTHON=python3.12, say."; exit 1; }
	@$(PYTHON) -m venv $(ENV)

$(ENV)/.autopotter-run: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing into $(ENV), once; this takes about a minute …"
	@$(INSTALL) -e .
	@touch $@

$(ENV)/.autopotter-test: pyproject.toml constraints.txt | $(BIN)/python
	@$(INSTALL) -e '.[test]'
	@touch $@ $(ENV)/.autopotter-run
