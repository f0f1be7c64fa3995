# Two commands for everybody: `make demo` and `make test`. The others are for contributors.

PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
DESCRIPTION ?= A library for our reading club. Each book has a title, an author, an ISBN and a year. \
	Members have a name, an email and a phone. A loan says which member has which book, when it is due and \
	whether it is open, overdue or returned. I want to search books, see overdue loans and export the list.
INTO ?= demo-app

export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test check check-style bench lock vsix vsix-fat test-extension screenshots clean

demo: .stamps/runtime
	@$(BIN)/samokoder generate "$(DESCRIPTION)" --into "$(INTO)" --sandbox auto --allow-local

test: .stamps/dev
	$(BIN)/python -m pytest

check: check-style test

check-style: .stamps/dev
	$(BIN)/ruff format --check server tests
	$(BIN)/ruff check server tests
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .stamps/dev
	$(BIN)/python -m tests.bench

# The VS Code extension in one file. The fat one also holds the wheels of everything, for machines without a network.
vsix: .stamps/runtime .stamps/extension
	cd vscode-extension && scripts/bundle ../$(BIN)/python && npm run --silent package -- -o ../dist/samokoder.vsix

vsix-fat: .stamps/runtime .stamps/extension
	cd vscode-extension && scripts/bundle ../$(BIN)/python --fat && npm run --silent package -- -o ../dist/samokoder-fat.vsix

test-extension: vsix
	cd vscode-extension && npm run --silent check && npm test --silent && npm run --silent test:host && npm run --silent test:journeys

screenshots: vsix
	cd vscode-extension && npm run --silent screenshots

# What is locked is what is installed; `make lock` renews it. Packages come from wherever pip is configured to look.
lock: .stamps/dev
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--no-annotate --extra build pyproject.toml -o constraints.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--no-annotate --extra build --extra dev pyproject.toml -o constraints-dev.txt

.stamps/runtime: pyproject.toml constraints.txt | $(VENV)/created
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q server
	@mkdir -p .stamps && touch $@

.stamps/dev: pyproject.toml constraints-dev.txt | $(VENV)/created
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r constraints-dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q server
	@mkdir -p .stamps && touch $@ .stamps/runtime

.stamps/extension: vscode-extension/package-lock.json
	@mkdir -p dist
	cd vscode-extension && npm ci --silent --no-audit --no-fund
	@mkdir -p .stamps && touch $@

$(VENV)/created:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; python3 is older or missing."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@

clean:
	rm -rf $(VENV) .stamps .bench build dist
