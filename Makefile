# `make demo` shows the platform, `make test` proves it; both do their own set-up.

SHELL := /bin/bash
BIN := .venv/bin
PG15 := /usr/lib/postgresql/15/bin
PYTEST := $(BIN)/python tools/run_tests.py
# For commands that import the settings and touch neither data nor database.
CHECKING := ESELLER_SECRET=only-for-static-checks-and-never-for-data ESELLER_DATA=/nonexistent

.PHONY: help demo up test check static soak setup setup-dev

help:
	@echo "make demo    three shops to look at; Ctrl-C stops them"
	@echo "make up      the platform without demo data"
	@echo "make check   lint, types, import rules, migrations, fast tests"
	@echo "make test    everything, on PostgreSQL 18 and 15"
	@echo "make soak    long forms of the tests"

setup:
	@tools/setup base

setup-dev:
	@tools/setup dev

demo: setup
	@exec $(BIN)/eseller demo

up: setup
	@exec $(BIN)/eseller up

static: setup-dev
	$(BIN)/ruff check
	$(CHECKING) $(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	for site in settings operations_site; do \
		$(CHECKING) DJANGO_SETTINGS_MODULE=eseller.config.$$site $(BIN)/python -W ignore::RuntimeWarning \
			-m django makemigrations --check --dry-run || exit 1; done

check: static
	$(PYTEST) check -n 2 --dist loadfile -q -m "not slow and not browser and not soak"

test: static
	@tools/debian chromium wrk postgresql-15 redis-server nginx etcd-server strace iproute2 rsync
	@tools/setup cluster
	$(PYTEST) test -n 2 --dist loadfile -q -m "not soak"
	$(PYTEST) test-operations -n 2 --dist loadfile -q -m "not soak" tests_operations
	ESELLER_PG_BIN=$(PG15) $(PYTEST) test-postgresql-15 -q -m "pg15 and not soak"

soak: setup-dev
	@tools/debian wrk redis-server etcd-server strace iproute2 rsync libfaketime
	@tools/setup cluster
	$(PYTEST) soak --may-be-empty -q -m soak
