# make serve   run the server                  make test    all tests, and the ledger of clauses
# make demo    six orders at four providers    make check   formatting, lint, types, import rules, citations
# make bench   ratios to bare uvicorn          make lock    write requirements.lock anew
# make format  format, and fix what ruff can   make clean   remove the environment and the caches
# make contract-deep   10,000 examples a provider against its description, and long lives: for a night
# make mutants         how many small mistakes the tests notice: for a night, or ARGS="--sample 300"
# make bench-peers     ratios to Prism, Mockoon, WireMock and aimock, which npm installs in ~/.cache/fauxreel-bench
# make soak            minutes of mixed load with faults, a week of mock time: what grew? ARGS="--seconds 60 --state FILE"
# make crowd           10,000 connections that poll, kept open: do they hold? ARGS="--connections 2000"
# make fuzz            coverage-guided fuzzing of what reads strangers' bytes, a minute a target: ARGS="--seconds 60 form wire"
#
# make ledger writes down which tests prove which clauses, and the page of them.
# make picture draws what make demo shows, for the README.
# make test measures the clients' tests by themselves, and fails where a branch of clients/ is not taken.
# ARGS="…" goes on to the command: make serve ARGS="-p 0", make demo ARGS="--speed 600".

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JOBS ?= auto
PROMISES := --promises=all

.PHONY: serve demo picture test ledger check bench bench-peers lock format clean contract-deep mutants soak crowd fuzz

serve: $(READY)
	$(BIN)/fauxreel serve $(ARGS)

demo: $(READY)
	$(BIN)/python -m docs.demo $(ARGS)

picture: $(READY)
	COLUMNS=116 $(BIN)/python -m docs.demo --picture docs/demo/picture.svg

test: $(READY)
ifeq ($(ARGS),)
	$(BIN)/python -m pytest -q -n $(JOBS) --ledger=all $(PROMISES) --ignore=tests/clients
	rm -rf .coverage_clients && mkdir .coverage_clients
	$(BIN)/coverage run -m pytest -q -n $(JOBS) tests/clients
	$(BIN)/coverage combine -q && $(BIN)/coverage report
else
	$(BIN)/python -m pytest -q -n $(JOBS) --ledger=all $(ARGS)
endif

ledger: $(READY)
	$(BIN)/python -m pytest -q --collect-only --ignore=tests/clients --proofs=contracts/proofs.json > /dev/null
	$(BIN)/python -m contracts ledger --write
	$(BIN)/python -m contracts export

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m contracts check-citations
	$(BIN)/python -m contracts export --check

contract-deep: $(READY)
	$(BIN)/python -m pytest -q -n $(JOBS) --hypothesis-profile=deep tests/contract/test_*_schemathesis.py tests/lives $(ARGS)

mutants: $(READY)
	$(BIN)/python bench/mutants.py $(ARGS)

soak: $(READY)
	$(BIN)/python -m bench.soak $(ARGS)

crowd: $(READY)
	$(BIN)/python -m bench.crowd $(ARGS)

# atheris has wheels for few systems, so nothing else needs it.
fuzz: $(READY)
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/uv pip install --quiet --python $(BIN)/python --only-binary atheris --group fuzz \
		|| { echo "make fuzz: atheris has no wheel for this Python or system: try CPython 3.11 to 3.13 on Linux or macOS"; exit 1; }
	$(BIN)/python -m bench.fuzz $(ARGS)

bench: $(READY)
	$(BIN)/python -m bench.run $(ARGS)

bench-peers: $(READY)
	$(BIN)/python -m bench.run --only peers $(ARGS)

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --python-version 3.11 \
		--no-header --no-annotate -q -o requirements.lock

# The environment is made from the lock file with nothing but Python and pip; .ready says which lock file it is made from.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "fauxreel needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

clean:
	rm -rf $(VENV) .mutants dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage_clients
