# kakuyaku: `make demo` shows it, `make story` runs the whole loop, `make test` and `make check` hold it together.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup setup-dev demo story year test test-odoo fuzz check pictures lock clean

help:
	@echo "make demo      set up and serve the plugin, a sandbox ATS and a local mailbox on this machine"
	@echo "make story     run the whole loop once in a temporary folder, printing each step"
	@echo "make year      simulate a year of hiring in minutes and judge it (needs Dovecot: apt-get install dovecot-imapd)"
	@echo "make test      run the tests        make check     lint, types, import contracts, catalogues"
	@echo "make test-odoo the whole story told to a real Odoo (see docs/odoo.md)"
	@echo "make fuzz      bend and break what the webhook doors are given (MINUTES=90)"
	@echo "make setup     only prepare (.venv/bin/kakuyaku is then there)"
	@echo "make pictures  write the README's pictures from the running demo (needs Chromium)"

$(VENV)/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "kakuyaku needs Python 3.11 to 3.13, this is %d.%d; set PYTHON=python3.12 (for example)" % v)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing locked dependencies (once; a few minutes on a slow line) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.runtime

setup-dev: $(VENV)/.dev

demo: setup
	@exec $(BIN)/kakuyaku demo $(ARGS)

story: setup
	@$(BIN)/kakuyaku story $(ARGS)

year: setup
	@$(BIN)/kakuyaku year $(ARGS)

test: setup-dev
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

# Takes KAKUYAKU_ODOO_URL and KAKUYAKU_ODOO_KEYS of a running Odoo 19 (docs/odoo.md); about two minutes.
test-odoo: setup-dev
	@$(BIN)/python -m pytest -p no:xdist -s tests_odoo $(ARGS)

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m plugin.catalogues

# MINUTES or SECONDS of processor time in all, 90 minutes unless said.
fuzz: setup-dev
	@$(BIN)/python -m fuzz $(if $(SECONDS),--seconds $(SECONDS),--minutes $(or $(MINUTES),90)) $(ARGS)

pictures: setup-dev
	@$(BIN)/python -m plugin.demo.pictures docs/pictures

# For maintainers: write the locks anew (needs uv).
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes -q pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes -q pyproject.toml --extra dev -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
