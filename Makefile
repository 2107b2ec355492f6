# `make help` prints the verbs. CI calls the same ones.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check e2e bench docs new-check noise reality lock format

help: ## print this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv from the lock files (PYTHON=python3.12 chooses one)
	@sh tools/setup.sh $(if $(filter setup,$(MAKECMDGOALS)),,--quiet)

demo: setup ## start server and practice target, scan it live, write two reports
	@.venv/bin/cyberai demo

test: setup ## everything a change must pass: check, contract, checks, api, docs, short end-to-end
	@sh tools/setup.sh --node
	@.venv/bin/python -m tools.verify test

check: setup ## the fast part, at most a minute: format, lint, types, layers, rules, unit tests
	@.venv/bin/python -m tools.verify check

e2e: setup ## the long form: end-to-end, hostile targets, crashes, real old releases
	@sh tools/setup.sh --node
	@.venv/bin/python -m tools.verify e2e

bench: setup ## the benchmarks, as ratios within one run
	@.venv/bin/python -m benchmarks

docs: setup ## write docs/reference, and the generated part of the SDKs, from the code
	@.venv/bin/python -m tools.gen_docs
	@.venv/bin/python -m tools.gen_sdk
	@.venv/bin/python -m tools.gen_go_sdk
	@.venv/bin/python -m tools.gen_sdk_javascript

new-check: setup ## skeleton of a check and its lab page: make new-check name=web.foo_bar
	@.venv/bin/python -m tools.new_check "$(name)"

noise: setup ## injection checks against noisy safe targets, 10,000 runs per check; keeps the table
	@.venv/bin/python -m benchmarks.noise --write

reality: setup ## old releases with a public flaw, from the registries; keeps the table
	@.venv/bin/python -m benchmarks.reality --write

format: setup ## format the code and mend what the linter can mend
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

lock: setup ## renew the lock files from pyproject.toml (upgrade=1: newer releases)
	@UPGRADE=$(upgrade) sh tools/lock.sh
