# Needs python3 (3.11 or newer), make and a package index. `make help` lists the targets.

SHELL := /bin/sh
PYTHON ?= python3
# Lambda runs 3.13. If this machine has it, the local stack runs it too, and bytecode is compiled.
PYTHON313 := $(shell for p in python3.13 "$$HOME"/.pyenv/versions/3.13*/bin/python3.13; do \
	"$$p" -c pass 2>/dev/null && command -v "$$p" && break; done)
STACK_PYTHON := $(or $(PYTHON313),$(PYTHON))
SOURCES := layers/common/hotlist cli bench tests functions
STAGE ?= default
# Tests that need no stack run in several processes, a file in one of them.
SPREAD := .venv/bin/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.done .venv-stack/.done .venv-sam/.done ## make the Python environments that the other commands need

.venv/.done: requirements/dev.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --no-deps --require-hashes -r $<
	printf '%s\n' "$(CURDIR)/layers/common" "$(CURDIR)/cli" > "$$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/hotlist.pth"
	printf '#!/bin/sh\nexec "%s" -P -m hotlist_cli "$$@"\n' "$(CURDIR)/.venv/bin/python" > .venv/bin/hotlist
	chmod +x .venv/bin/hotlist
	@touch $@

.venv-stack/.done: requirements/stack.txt
	"$(STACK_PYTHON)" -m venv .venv-stack
	.venv-stack/bin/pip install --quiet --no-deps --require-hashes -r $<
	@touch $@

.venv-sam/.done: requirements/sam.txt
	$(PYTHON) -m venv .venv-sam
	.venv-sam/bin/pip install --quiet --no-deps --require-hashes -r $<
	@touch $@

.venv-mutants/.done: .venv/.done requirements/mutants.txt
	$(PYTHON) -m venv .venv-mutants
	.venv-mutants/bin/pip install --quiet --no-deps --require-hashes -r requirements/mutants.txt
	.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > "$$(.venv-mutants/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/dev.pth"
	@touch $@

# The bench runs on Lambda's Python where this machine has it, else on that of .venv.
.venv-bench/.done: requirements/dev.txt
	"$(STACK_PYTHON)" -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --no-deps --require-hashes -r $<
	printf '%s\n' "$(CURDIR)/layers/common" "$(CURDIR)/cli" > "$$(.venv-bench/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/hotlist.pth"
	@touch $@

.build/rivals/.done: requirements/bench.txt .venv-bench/.done
	rm -rf .build/rivals
	.venv-bench/bin/pip install --quiet --no-deps --require-hashes --target .build/rivals -r $<
	@touch $@

demo: ## run the stack on this machine with six visitors, two of whom follow a link in a mail; show their scores and the mails; stop
	@$(MAKE) --no-print-directory -j3 setup
	.venv/bin/python -m hotlist_cli local demo

up: ## run the stack on this machine until Ctrl-C: landing page, inbox and API
	@$(MAKE) --no-print-directory -j3 setup
	.venv/bin/python -m hotlist_cli local up

flood: ## run the stack with many forms and views while workers are killed; check what came of it; stop (FLOOD="--seconds 20")
	@$(MAKE) --no-print-directory -j3 setup
	.venv/bin/python -m hotlist_cli local flood $(FLOOD)

test: ## run lint, types, unit, integration, browser and end-to-end tests
	@$(MAKE) --no-print-directory -j3 setup
	@$(MAKE) --no-print-directory lint types .build/tests/.done
	$(SPREAD) tests/unit tests/integration
	.venv/bin/python -m pytest tests/browser tests/e2e

unit: .build/tests/.done ## run the unit tests alone, about a minute; needs no stack
	$(SPREAD) tests/unit

quick: .build/tests/.done ## run unit and integration tests, but for the model, the build and the budgets
	$(SPREAD) tests/unit tests/integration --ignore=tests/integration/model \
	  --ignore=tests/integration/test_build.py --ignore=tests/integration/test_budget.py

.build/tests/.done: .venv/.done $(wildcard tests/config/*.yaml tests/config/rewards/*) $(shell find layers/common/hotlist cli -name '*.py')
	.venv/bin/python -m hotlist_cli.config .build/tests --config tests/config
	@touch $@

lint: .venv/.done .venv-sam/.done ## check style, import rules and the template
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/cfn-lint template.yaml
	.venv-sam/bin/sam validate --lint

types: .venv/.done ## check static types
	.venv/bin/mypy layers/common/hotlist cli/hotlist_cli tests
	for f in functions/*/app.py; do .venv/bin/mypy --cache-dir .mypy_cache/functions $$f || exit 1; done

mutants: .venv-mutants/.done ## run mutation tests of scoring: 600 mutants, up to 45 minutes (MUTANTS="history --sample 50")
	nice -n 10 .venv-mutants/bin/python tests/mutants.py $(MUTANTS)

bench: ## measure speed and cost, and compare them with the budgets (BENCH=quick: a few minutes)
	@$(MAKE) --no-print-directory -j3 .venv/.done .venv-bench/.done
	-@$(MAKE) --no-print-directory .build/rivals/.done
	@$(MAKE) --no-print-directory .build/tests/.done
	PYTHONPATH=tests:.build/tests:.build/rivals .venv-bench/bin/python -m bench $(BENCH)

bench-keep: ## keep the last results of the bench, and write the tables of the docs from them
	PYTHONPATH=tests:.build/tests .venv/bin/python -m bench keep

bench-docs: ## write the tables of the docs again, after a change of template, prices or bills
	PYTHONPATH=tests:.build/tests .venv/bin/python -m bench docs

build: .venv/.done .venv-sam/.done ## build what is deployed: python3.13 on arm64
	.venv-sam/bin/sam build

deploy: build ## build and deploy to AWS, with the settings of samconfig.toml (STAGE=prod for that section)
	.venv/bin/python -m hotlist_cli account check
	.venv/bin/python -m hotlist_cli rewards push --stage $(STAGE) --if-deployed
	.venv-sam/bin/sam deploy --config-env $(STAGE)
	.venv/bin/python -m hotlist_cli rewards push --stage $(STAGE)

fmt: .venv/.done ## format the code
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lock: ## write the lock files again, with the newest versions (needs uv)
	for f in build stack sam dev mutants bench; do \
	  uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header requirements/$$f.in -o requirements/$$f.txt; done
	uv pip compile --quiet --upgrade --python-version 3.13 --python-platform aarch64-manylinux2014 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  layers/common/requirements.in -o layers/common/requirements.txt

domains: .venv/.done ## write the built-in lists of e-mail domains again, after `make lock`
	.venv/bin/python -m hotlist_cli.domains

bots: .venv/.done ## write the lists of bots' names again, after `make lock`
	.venv/bin/python -m hotlist_cli.crawlers

formats: .venv/.done ## write the formats of the mails' languages again, after `make lock`
	.venv/bin/python -m hotlist_cli.cldr

looks: .venv/.done ## write the mails' templates again, after a change of layers/common/hotlist/mail/looks
	.venv/bin/python -m hotlist_cli.looks

schemas: .venv/.done ## write the schemas by which editors check config/*.yaml, after a change of their keywords
	.venv/bin/python -m hotlist_cli.schemas

clean: ## delete all that can be made again
	rm -rf .venv .venv-stack .venv-sam .venv-bench .venv-mutants .mutants .build .demo .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup demo up flood test unit quick lint types mutants bench bench-keep bench-docs build deploy fmt lock domains bots formats looks schemas clean
