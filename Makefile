# mailflow: make run starts the product, make test proves it; both set up what they need on a fresh machine.
.DEFAULT_GOAL := help
.PHONY: help audit pictures setup setup-dev run test check fast lint bench bench-faults start messages lock vendor migration

PY := .venv/bin/python
export PYTHONDONTWRITEBYTECODE = 1

help:            ## show this list
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/: .*##/\t/' | expand -t 18

setup:           ## what running needs
	@command -v git >/dev/null || { echo "mailflow: git is needed; install it (Debian, Ubuntu: apt install git)." >&2; exit 1; }
	@sh tools/environment.sh requirements.lock

setup-dev:       ## what developing and testing need
	@sh tools/environment.sh requirements-dev.lock

run: setup       ## start the product with the demo shop; prints its address and how to sign in
	@exec $(PY) -m mailflow run --demo

start: setup    ## start the product empty, for your own shop
	@exec $(PY) -m mailflow run

lint: setup-dev  ## style, types, the way the data flow
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

fast: setup-dev  ## all tests but the browser's, the journeys and PostgreSQL's
	$(PY) -m pytest -n 2 --dist worksteal -m "not browser and not story and not faults and not postgresql"

check: lint fast ## the quick gate: under two minutes

test: setup-dev  ## everything, on a fresh machine too
	@sh tools/chromium.sh
	@sh tools/postfix.sh >/dev/null
	@$(MAKE) --no-print-directory lint
	$(PY) -m pytest -n 4 --dist worksteal

bench: setup-dev ## measure; ONLY=name,name for some; writes build/bench.json
	@sh tools/postfix.sh >/dev/null
	@$(PY) -m benchmarks

bench-faults: setup-dev ## kills, bad servers and full disks in full size (an hour or so)
	@sh tools/postfix.sh >/dev/null
	MAILFLOW_FULL=1 $(PY) -m pytest tests/faults --durations=0

messages: setup-dev ## gather texts to translate, and compile the catalogues
	@$(PY) tools/messages.py

pictures: setup-dev ## take the README pictures anew from a fresh demo shop
	@$(PY) -m tools.pictures

migration: setup-dev ## a new numbered migration from the models: make migration NAME="add pauses"
	@$(PY) -m tools.migration "$(NAME)"

audit: setup-dev ## ask the advisory service about every pinned package (needs the internet)
	$(PY) -m pip_audit -r requirements.lock --disable-pip --require-hashes

lock: setup-dev  ## resolve the dependencies anew
	$(PY) -m uv pip compile -q --universal --generate-hashes --no-header pyproject.toml --group build -o requirements.lock
	$(PY) -m uv pip compile -q --universal --generate-hashes --no-header pyproject.toml --group dev --group build -o requirements-dev.lock

vendor:          ## bundle the studio's front-end files anew (maintainers; needs node)
	@sh tools/vendor/build.sh
