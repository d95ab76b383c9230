# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do $$p -c "import sys" 2>/dev/null && { command -v $$p; break; }; done)
BIN := .venv/bin

.PHONY: demo test check bench up lock clean

.venv: .venv/.stamp

# Debian's python3 has no ensurepip unless python3-venv is installed; then the system's pip fills the environment from outside.
.venv/.stamp: requirements.lock requirements-dev.lock pyproject.toml
	@$(PYTHON) -m venv .venv 2>/dev/null || $(PYTHON) -m venv --without-pip --clear .venv
	@if [ -x $(BIN)/pip ]; then $(BIN)/python -m pip install -q --require-hashes -r requirements-dev.lock; \
	else $(PYTHON) -m pip --python $(BIN)/python install -q --require-hashes -r requirements-dev.lock; fi
	@if [ -x $(BIN)/pip ]; then $(BIN)/python -m pip install -q --no-build-isolation --no-deps -e .; \
	else $(PYTHON) -m pip --python $(BIN)/python install -q --no-build-isolation --no-deps -e .; fi
	@touch $@

demo: .venv
	@$(BIN)/distributor demo

up: .venv
	@$(BIN)/distributor up

test: .venv
	@$(BIN)/pytest

check: .venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy distributor tests benchmarks
	$(BIN)/lint-imports

bench: .venv
	@$(BIN)/python -m benchmarks

# Pins every dependency with hashes; needs uv (`pip install uv`).
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv dist build
