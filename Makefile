# Two commands do everything on a fresh machine: `make demo` and `make test`.
# They need Python 3.11 or newer with pip, and nothing else; what they install goes into .venv.
PYTHON ?= $(shell for p in python3.12 python3.11 python3 python3.13 python3.14; do \
	$$p -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && { command -v $$p; break; }; done)
BIN := .venv/bin
# Debian's python3 has no ensurepip without python3-venv; then the system's pip fills the environment from outside.
PIP = $$(test -x $(BIN)/pip && echo $(BIN)/python -m pip || echo $(PYTHON) -m pip --python $(BIN)/python)
INSTALL = $(PIP) install -qq --disable-pip-version-check --no-input

.PHONY: catalogues docs .venv demo up test check bench crash lock clean

.venv: .venv/.stamp-dev

# What a demo needs.
.venv/.stamp-runtime: requirements.lock requirements-build.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. Debian: apt install python3 python3-pip" >&2; exit 1; }
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || $(PYTHON) -m venv --without-pip --clear .venv
	@$(PIP) --version >/dev/null 2>&1 || { echo "pip is needed. Debian: apt install python3-pip" >&2; exit 1; }
	@echo "Installing locked dependencies …"
	@$(INSTALL) --require-hashes -r requirements-build.lock -r requirements.lock
	@$(INSTALL) --no-build-isolation --no-deps -e .
	@touch $@

# What tests and checks need on top.
.venv/.stamp-dev: .venv/.stamp-runtime requirements-dev.lock
	@echo "Installing what the tests need …"
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

# `make demo --keep` leaves it running: make takes that for its own --keep-going, and says so here.
demo: .venv/.stamp-runtime
	@$(BIN)/distributor demo $(if $(findstring k,$(firstword -$(MAKEFLAGS))),--keep)

up: .venv/.stamp-runtime
	@$(BIN)/distributor up

# Half of the time the tests wait for a disk or a lift, so two of them run side by side; each has its own Redis.
test: .venv
	@$(BIN)/pytest -n 2 --dist loadfile

# Everything that CI asks of the code without running it.
check: .venv
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy distributor tests $(patsubst %/__main__.py,%,$(wildcard benchmarks/__main__.py))
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest tests/test_architecture.py tests/test_compose.py tests/test_commits.py

bench: .venv
	@$(BIN)/python -m benchmarks

# Kills workers and Redis in the middle of dispatches: `make crash SEEDS=500` for a long night, `SEED=7 make crash` to repeat one.
SEEDS ?= 25
crash: .venv
	@$(BIN)/python -m tests.crash.run $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

# Pins every dependency with hashes; needs uv (`pip install uv`).
COMPILE = uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
lock:
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --extra dev pyproject.toml -o requirements-dev.lock
	printf 'hatchling\neditables\n' | $(COMPILE) -c requirements-dev.lock - -o requirements-build.lock

# Brings the catalogues up to the phrases in use; new ones wait there for their translation.
catalogues: .venv
	@mkdir -p var; $(BIN)/pybabel -q extract -F config/babel.cfg --omit-header --no-location -o var/messages.pot .
	@for po in templates/locale/*/LC_MESSAGES/messages.po; do \
		$(BIN)/pybabel -q update -i var/messages.pot -o $$po -l $$(basename $$(dirname $$(dirname $$po))) \
			--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 120; done

clean:
	rm -rf .venv dist build

# Writes the reference of all commands from their own help.
docs: .venv
	@$(BIN)/python -m distributor.cli.reference > docs/commands.md
