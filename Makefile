# make serve   the server, in an environment of its own        (CNN_LOUPE_HOST, CNN_LOUPE_PORT)
# make test    everything the tests need, then all tests
# make test-full   the same with every case where `make test` takes a sample
# make lint    form, style, types and import rules of Python and JavaScript
# make access  axe-core and our own measures over every view, language, theme and width    (ACCESS="--states tour")
# make bench   the figures of the README                       (BENCH="server engine page" picks some)
# make fuzz    hostile requests with a seed                     (REQUESTS=100000 SEED=1)
# make soak    half an hour of mixed requests: is memory flat?
# make audit   known vulnerabilities of the locked versions     (AUDIT="--format json --output dist/audit.json")
# make image-test                                              the image, built and run
# make sbom, lock, lowest, wheel                               see docs/hosting.md

PYTHON ?=
VENV := .venv
BENCH_VENV := .venv-bench
LOWEST_VENV := .venv-lowest
REQUESTS ?= 100000
SEED ?= 1
BENCH ?=
TORCH ?= torch>=2.5
WORKERS ?= 2
AUDIT ?=
ACCESS ?=
EXHAUSTIVE :=
PYTHON_SOURCES := cnn_loupe engine server tests docs/gallery hatch_build.py

export PYTHON
PY := $(VENV)/bin/python
PIP := -m pip install --quiet --disable-pip-version-check

.PHONY: serve test test-full lint access bench fuzz soak audit sbom lock lowest wheel image-test clean
.DEFAULT_GOAL := serve

$(VENV)/.serve: pyproject.toml .ci/environment
	@.ci/environment $(VENV)
	@echo "Installing CNN Loupe into $(VENV) …"
	@$(PY) $(PIP) --editable ".[fast]"
	@touch $@

$(VENV)/.test: pyproject.toml .ci/environment
	@.ci/environment $(VENV)
	@echo "Installing CNN Loupe and its tests into $(VENV) …"
	@$(PY) $(PIP) --editable ".[test]"
	@touch $@ $(VENV)/.serve

serve: $(VENV)/.serve
	@MALLOC_MMAP_THRESHOLD_=4194304 MALLOC_TRIM_THRESHOLD_=8388608 exec $(VENV)/bin/cnn-loupe serve

lint: $(VENV)/.test
	$(VENV)/bin/ruff check $(PYTHON_SOURCES)
	$(VENV)/bin/ruff format --check $(PYTHON_SOURCES)
	@$(PY) -m tests.architecture.tree
	cd build/packages && ../../$(PY) -m mypy --config-file ../../pyproject.toml
	cd build/packages && ../../$(VENV)/bin/lint-imports ../../pyproject.toml
	PATH="$$(.ci/node $(VENV)):$$PATH" $(PY) -m tests.web.lint

# One shell, so that the browser and Node found here are the ones that every test sees. Browser tests have
# processes of their own: Playwright keeps an event loop running in them, which would refuse others theirs.
test: $(VENV)/.test
	@set -e; \
	CNN_LOUPE_BROWSER="$$(.ci/browser $(VENV))"; export CNN_LOUPE_BROWSER; \
	PATH="$$(.ci/node $(VENV)):$$PATH"; export PATH; \
	echo "browser: $$CNN_LOUPE_BROWSER"; echo "node: $$(node --version)"; .ci/tools; \
	$(PY) -m pytest $(EXHAUSTIVE) --numprocesses $(WORKERS) --dist loadfile --ignore tests/e2e; \
	$(PY) -m pytest $(EXHAUSTIVE) --numprocesses $(WORKERS) --dist loadfile tests/e2e

test-full: EXHAUSTIVE := --exhaustive
test-full: test

access: $(VENV)/.test
	@set -e; CNN_LOUPE_BROWSER="$$(.ci/browser $(VENV))"; export CNN_LOUPE_BROWSER; \
	PATH="$$(.ci/node $(VENV)):$$PATH"; export PATH; \
	$(PY) -m tests.access --workers $(WORKERS) $(ACCESS)

$(BENCH_VENV)/.ready: pyproject.toml tests/benchmarks/requirements.txt
	@.ci/environment $(BENCH_VENV)
	@echo "Installing the rivals (ONNX Runtime, and $(TORCH), whose usual build for Linux has gigabytes of CUDA:"
	@echo "README.md says how to get the CPU build) into $(BENCH_VENV) …"
	@$(BENCH_VENV)/bin/python $(PIP) --editable ".[test,fast]" --requirement tests/benchmarks/requirements.txt "$(TORCH)"
	@touch $@

bench: $(BENCH_VENV)/.ready
	@set -e; CNN_LOUPE_BROWSER="$$(.ci/browser $(VENV) || true)"; export CNN_LOUPE_BROWSER; \
	for part in $(or $(BENCH),$(basename $(notdir $(wildcard tests/benchmarks/bench_*.py)))); do \
	  echo "== $${part#bench_}"; $(BENCH_VENV)/bin/python -m tests.benchmarks.bench_$${part#bench_}; done

fuzz: $(VENV)/.test
	@$(PY) $(PIP) --editable ".[fuzz]"
	@$(PY) -m tests.fuzz --requests $(REQUESTS) --seed $(SEED)

soak: $(VENV)/.test
	@$(PY) -m tests.benchmarks.soak

audit: $(VENV)/.test
	@$(PY) $(PIP) --editable ".[audit]"
	@mkdir -p dist
	$(VENV)/bin/pip-audit --strict --progress-spinner off --require-hashes --disable-pip --requirement deploy/requirements.lock $(AUDIT)

sbom: $(VENV)/.test
	@$(PY) $(PIP) --editable ".[audit]"
	@mkdir -p dist
	$(PY) -W ignore -m cyclonedx_py requirements deploy/requirements.lock --pyproject pyproject.toml --mc-type application \
	  --output-reproducible --output-file dist/sbom.json

lock: $(VENV)/.test
	@$(PY) $(PIP) uv
	@{ echo "# Exact versions with hashes, for the image. Made by \`make lock\`; do not edit."; \
	$(VENV)/bin/uv pip compile pyproject.toml --extra fast --generate-hashes --universal --python-version 3.11 --no-header --quiet; \
	} > deploy/requirements.lock.new && mv deploy/requirements.lock.new deploy/requirements.lock
	@{ echo "# The build back end with hashes, for the image. Made by \`make lock\`; do not edit."; \
	echo 'hatchling>=1.27' | $(VENV)/bin/uv pip compile - --generate-hashes --universal --python-version 3.11 --no-header --quiet; \
	} > deploy/build.lock.new && mv deploy/build.lock.new deploy/build.lock

# The minimum versions that pyproject.toml names, in an environment of their own: what a server needs must work with them.
lowest: $(VENV)/.test
	@$(PY) $(PIP) uv
	@.ci/environment $(LOWEST_VENV)
	@$(VENV)/bin/uv pip compile pyproject.toml --extra fast --extra metrics --resolution lowest-direct \
	  --python $(LOWEST_VENV)/bin/python --no-header --no-annotate --quiet > $(LOWEST_VENV)/lowest.txt
	@$(LOWEST_VENV)/bin/python $(PIP) --constraint $(LOWEST_VENV)/lowest.txt \
	  --requirement $(LOWEST_VENV)/lowest.txt pytest httpx hypothesis jsonschema onnx h5py
	@$(LOWEST_VENV)/bin/python $(PIP) --no-deps --editable .
	$(LOWEST_VENV)/bin/python -m pytest -q -m "not slow" tests/server tests/contract tests/engine/test_images.py

wheel: $(VENV)/.test
	@rm -rf dist/*.whl
	@$(PY) -m hatchling build --target wheel --directory dist
	@sha256sum dist/*.whl

image-test: $(VENV)/.test
	@$(PY) -m tests.packaging.image

clean:
	rm -rf $(VENV) $(BENCH_VENV) $(LOWEST_VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
