# Two commands do everything on a fresh machine with Python 3.11+ and make: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-stamp
DEV := $(VENV)/.dev-stamp
ASSETS := $(VENV)/.assets-stamp
# what the assets are made of: the frontend itself, and whatever names icons and classes
FRONTEND := hatch_build.py pyproject.toml $(shell find frontend -name node_modules -prune -o -type f -print) $(shell find src/kundig \
	-type f \( -path '*/templates/*' -o -path '*/interfaces/web/*.py' -o -name objects.py -o -name actions.py -o -name '*.yaml' \) -print)
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps

# else each of the many processes of a run would compile the program anew
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test slow prove lint format bench faults fuzz messages lock browser clean

help:  ## what there is to type
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */  make \1\t/' | expand -t 18

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Kundig needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements/run.txt | $(VENV)/bin/python
	$(INSTALL) -r requirements/run.txt
	@touch $@

$(ASSETS): $(RUN) $(FRONTEND)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(DEV): requirements/dev.txt $(RUN)
	$(INSTALL) -r requirements/dev.txt
	@touch $@

run: $(ASSETS)  ## start Kundig with demo data (address and log-in are printed; data in ./data)
	@KUNDIG_DEMO=$${KUNDIG_DEMO-1} $(BIN)/kundig serve

test: lint browser  ## all checks and tests but the slow ones: unit, integration, browser
	@# what takes long comes first, so that all processes are busy to the end
	$(BIN)/pytest -m "not slow" -n 3 --dist loadscope --no-loadscope-reorder tests/acceptance tests/integration tests/unit
	@# on their own: Playwright's synchronous face keeps an event loop that asynchronous tests in the same process cannot enter
	$(BIN)/pytest -m "not slow" -n 3 --dist loadscope tests/browser

slow: $(ASSETS) $(DEV) browser  ## the slow tests: killed jobs, the contract, real data, the twenty tasks
	$(BIN)/pytest -m slow -n 2 --dist loadscope tests/acceptance tests/integration
	$(BIN)/pytest -m slow -n 2 --dist loadscope tests/browser

prove: slow  ## these, and the proofs of rights at length, for the night (KUNDIG_TEST_TIMES, KUNDIG_TEST_SEED)
	KUNDIG_TEST_TIMES=$${KUNDIG_TEST_TIMES-20} $(BIN)/pytest -n 2 --dist loadscope tests/integration/rights tests/integration/engine/policy

lint: $(ASSETS) $(DEV)  ## ruff, formatting, types, floors
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy bench faults fuzz tools
	$(BIN)/lint-imports

format: $(DEV)  ## put the code in order
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(ASSETS) $(DEV)  ## measure, and print the figures (bench/README.md says what they mean)
	$(BIN)/python -m bench $(ARGS)

faults: $(ASSETS) $(DEV)  ## kill processes while people write, and see that nothing is lost (ARGS="imports --rows 50000 --kills 8": while an import runs)
	$(BIN)/python -m faults $(ARGS)

fuzz: $(ASSETS) $(DEV)  ## ask the API what nobody thought of, as everybody (ARGS="--minutes 60 --seed 7")
	$(BIN)/python -m fuzz $(ARGS)

messages: $(DEV)  ## bring the catalogs of both languages up to date with the sources
	$(BIN)/python tools/messages.py

lock: $(DEV)  ## pin new versions (needs uv)
	@cd requirements && for f in run dev; do uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate $$f.in -o $$f.txt; done

browser: $(DEV)  ## make sure that there is a Chromium for the browser tests
	@sh tools/browser.sh

clean:  ## remove what was built and installed (your data stays)
	rm -rf $(VENV) dist frontend/node_modules src/kundig/interfaces/web/static .mypy_cache .ruff_cache .pytest_cache .hypothesis
