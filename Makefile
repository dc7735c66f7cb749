# Everything a person does with a clone. Needs python3 (3.11 or newer) with venv, make and git; nothing else by hand.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: help demo test test-all check gates peers bench docs clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/'

# ------------------------------------------------------------------------------------ the environment
$(VENV)/.runs: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	@touch $@

$(VENV)/.tests: $(VENV)/.runs
	$(PIP) -e '.[dev]'
	@touch $@

# Foreign programs that tests talk to. Without npm the tests that need them skip, and say so.
tests/peers/node_modules/.installed: tests/peers/package.json
	@if command -v npm >/dev/null; then \
	  cd tests/peers && npm install --no-audit --no-fund --loglevel=error </dev/null && touch node_modules/.installed; \
	elif [ "$$ARKWRIGHT_REQUIRE_PEERS" = 1 ]; then echo "npm is not installed" >&2; exit 1; \
	else echo "npm is not installed: tests with node peers will skip"; fi

peers: tests/peers/node_modules/.installed  ## install the npm programs that tests talk to

# ------------------------------------------------------------------------------------ what people run
demo: $(VENV)/.runs  ## a small works that lives in simulation, with Arkwright connected to it
	$(BIN)/arkwright demo

gates: $(VENV)/.tests
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: gates  ## the gates alone: ruff, formatting, mypy, import contracts, and the tests of the architecture
	$(BIN)/python -m pytest -q -m "not slow" tests/architecture tests/docs

test: gates peers  ## the gates and every test that is not slow
	@$(BIN)/python -m pytest -q -m "not slow" -n $(JOBS) --dist loadfile

test-all: gates peers  ## and the slow ones
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile

bench: $(VENV)/.tests  ## list the benchmarks; `python -m bench.NAME` runs one
	@for b in bench/*.py; do sed -n '1s/^"""//p' $$b | sed "s|^|$$b: |"; done

docs: $(VENV)/.tests  ## build the documentation into site/
	$(BIN)/python tools/make_reference.py
	$(BIN)/zensical build --clean

clean:  ## forget the environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis site tests/peers/node_modules
