# make demo   the main job on the bundled newsroom, no network needed
# make test   the test suite, in three processes, as tests of crawls wait half of their time (JOBS=8: in eight)
# make pictures   those of `scrapy browse` and of the report in docs/pictures, from the demo, with an installed Chromium
# make examples   the pictures of docs/examples, from the demo
# make regress   which pages a change of a rule moves, against main; BASE=REVISION, PAGES='FOLDER ...' instead of our own
# make lint   style, types, who may import whom, what is unsafe, known vulnerabilities of libraries
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 3
BASE ?= main

.PHONY: demo test lint regress pictures examples schema dates constraints clean

demo: $(VENV)/.newsbot
	@$(BIN)/scrapy demo

test: $(VENV)/.test
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports
	@$(BIN)/scrapy-lint
	@$(BIN)/bandit -q -r newsbot -ll -s B608
	@$(BIN)/python .ci/audit.py

regress: $(VENV)/.test
	@$(BIN)/python benchmarks/regress.py --base $(BASE) $(if $(PAGES),--pages $(PAGES))

pictures: $(VENV)/.test
	@$(BIN)/python docs/pictures/make.py

examples: $(VENV)/.test
	@$(BIN)/python docs/examples/make.py

schema: $(VENV)/.test
	@$(BIN)/python -m newsbot.export

# The names of months and weekdays, from the CLDR that the installed Babel has.
dates: $(VENV)/.test
	@$(BIN)/python -m newsbot.web

# The versions of a fresh environment with every extra, for constraints.txt.
constraints:
	@rm -rf .venv-fresh && $(PYTHON) -m venv .venv-fresh && .venv-fresh/bin/pip install -q -e ".[test]"
	@(sed -n 1p constraints.txt; .venv-fresh/bin/pip freeze --exclude-editable) > constraints.new && mv constraints.new constraints.txt
	@rm -rf .venv-fresh

clean:
	rm -rf $(VENV)

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "newsbot needs Python 3.11 or newer; say for instance: make demo PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.newsbot: pyproject.toml constraints.txt | $(VENV)/bin/pip
	@echo "installing newsbot into $(VENV) (a minute or so, once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/.newsbot
	@echo "installing what the tests need"
	@$(BIN)/pip install --quiet --disable-pip-version-check --upgrade "pip>=24"  # 23.0 takes ten minutes over it
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@
