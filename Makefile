# `make demo` and `make test` need nothing but Python 3.11 or newer: they make .venv themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# What `make bench` may be told: DATA=folder of the public instances, PEERS=highs,cpsat, LIMIT=seconds, DATE=name.
DATA ?=
PEERS ?=
LIMIT ?= 60
WORKERS ?= 2
DATE ?= $(shell date +%F)
RESULTS := benchmarks/results/$(DATE)
BENCH = $(BIN)/permanence bench --time-limit $(LIMIT) --workers $(WORKERS) $(if $(PEERS),--peer $(PEERS))

.PHONY: demo serve browser test check long docs bench clean

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -c "from solver.persons import compile_now; compile_now()"
	touch $(READY)

demo: $(READY)  ## the pilot territory's rota, in out/
	$(BIN)/permanence solve scenarios/data/pilot-pooled --out out --time-limit 60 --workers 2
	@echo "open out/roster.html, out/roster.pdf or out/roster.xlsx"

serve: $(READY)  ## the service with its demo territory on http://127.0.0.1:8000, everything in permanence.db
	PERMANENCE_SECURE=no $(BIN)/permanence serve --demo

browser:  ## Chromium for the tests of the pages, from the system's packages where one may install them
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get install -y -qq chromium >/dev/null; } || echo "no Chromium here: the tests of the pages will be skipped (apt install chromium)"

test: $(READY) browser  ## lint, types and tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	HYPOTHESIS_PROFILE=ci $(BIN)/pytest -n 2 --dist worksteal

check: test

long: $(READY)  ## the same properties on many more worlds, and all months and scenarios
	HYPOTHESIS_PROFILE=night $(BIN)/pytest -n 2 --dist worksteal --long

docs: $(READY)  ## what is generated from the code: the README's table of rules, docs/tables.md
	$(BIN)/python docs/generate.py

bench: $(READY)  ## every family drawn or shipped here, with DATA also the public ones; then tables and pictures
	$(BENCH) territory --out $(RESULTS)/territory
	$(BENCH) duties --data $(or $(DATA),scenarios/data/hospital-months) --out $(RESULTS)/duties
ifneq ($(DATA),)
	for family in oncall physicians curtois inrc2; do \
		$(BENCH) $$family --data $(DATA) --out $(RESULTS)/$$family || exit 1; \
	done
endif
	$(BIN)/python -m benchmarks.plot $(RESULTS)
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis
