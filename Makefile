# Run `make` for the list. Paths are relative, so the folder's own path may hold spaces.
.DEFAULT_GOAL := help
.PHONY: help run test test-all explore check docs pictures bench assets bundle requirements clean
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
WORKERS ?= 2
SERVE ?= 1
export PYTHON
# mkdocs-material announces its successor on every build; docs/decisions/0001-ground.md has it noted.
export NO_MKDOCS_2_WARNING := 1
# Where Python may not keep what it compiled, each of the hundreds of processes compiles every module again.
export PYTHONDONTWRITEBYTECODE :=

ronghe := .venv/bin/python -m ronghe
# Each worker starts with a half in order, so that what the tests of a file share is made once.
pytest := .venv/bin/python -m pytest -n $(WORKERS) --dist worksteal
unmarked := not spark and not databases and not browser and not slow and not parity and not promtool and not peers

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 22

run: ## set up; make the demo city, share and fuse its files, score them; serve the platform (SERVE=0 ends before)
	@tools/set-up run assets
	$(ronghe) data demo --out build/city
	$(ronghe) data share build/city/files --departments build/city/departments.csv --plan build/city/plan.toml --out build/shared
	$(ronghe) data score build/shared --city build/city
	RONGHE_HOME=build/home $(ronghe) demo
	@[ "$(SERVE)" = 0 ] || RONGHE_HOME=build/home exec $(ronghe) serve

test: ## set up and run the tests that need no server and no Java
	@tools/set-up dev assets
	$(pytest) -m "$(unmarked)"

test-all: test ## every test; what is not installed here is skipped with its reason
	@tools/set-up dev spark peers parity assets
	$(pytest) -m "not ($(unmarked))"

explore: ## the properties with examples that no run has drawn before
	@tools/set-up dev assets
	$(pytest) --hypothesis-profile=explore tests/properties

check: ## style, types, direction of imports, documentation
	@tools/set-up dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python -m mkdocs build --strict --quiet

docs: ## the documentation as pages: build/docs/index.html
	@tools/set-up dev
	.venv/bin/python -m ronghe.cli.reference docs/reference
	.venv/bin/python -m mkdocs build --strict --quiet
	@echo "build/docs/index.html"

pictures: SERVE := 0
pictures: run ## take the pictures of the report and of the console again that the documentation shows
	@tools/pictures

bench: ## run the benchmarks beside their peers; results go to benchmarks/results
	@tools/set-up run peers
	RONGHE_PEERS_PYTHON=.venv-peers/bin/python .venv/bin/python -m benchmarks

assets: ## fetch the chart library that reports carry
	@tools/set-up assets

bundle: ## one archive that installs the platform without network; MACHINE=aarch64 for another machine
	@tools/set-up run assets
	@tools/bundle $(MACHINE)

requirements: ## compile requirements/*.txt and package-lock.json again; UPGRADE=1 takes newer versions
	@tools/set-up run
	@tools/compile-requirements

clean: ## remove everything that was made here
	rm -rf build .venv .venv-peers .venv-parity src/ronghe/report/assets
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
