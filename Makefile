# Targets a newcomer needs: run, test, bench, install. Plain `make` lists them.
# Everything that a target needs is installed by it (Debian packages, and for tests pinned PyPI packages).
SHELL := /bin/bash
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PREFIX ?= /usr/local
BUILD_PACKAGES := libffi-dev libcurl4-openssl-dev libsqlite3-dev libseccomp-dev libssl-dev libyaml-dev pkg-config ffmpeg fonts-dejavu-core
TEST_PACKAGES := gcc python3 python3-venv bash zsh fish
BENCHMARK_PACKAGES := wrk nginx-light
VENV := .build/venv
RELEASE := .build/release
# Plugins and their worker are built apart: they are to be small, and the host is to be fast with the same Core.
SMALL := .build/small
SMALL_PRODUCTS := filmgate-worker filmgate-seedance filmgate-kling filmgate-jimeng filmgate-volc

.PHONY: help packages build run test lint fuzz bench install clean

help:
	@echo "make run      build, then turn a request file into a clip in the sandbox (no account needed)"
	@echo "make test     build and run every test"
	@echo "make bench    measure: start-up, jail round trips, sizes, memory; server and gateway beside nginx, under hostile load"
	@echo "make fuzz     run each fuzzer for a minute, from the inputs that are stored"
	@echo "make install  install into $(PREFIX)"
	@echo "make lint     formatting and source rules"

packages:
	@Tests/Scripts/packages $(BUILD_PACKAGES)

build: packages
	swift build -c release --product filmgate
	for product in $(SMALL_PRODUCTS); do \
	  FILMGATE_SMALL=1 swift build -c release --scratch-path $(SMALL) --product $$product || exit 1; \
	done
	cp -p $(SMALL)/release/filmgate-worker $(SMALL)/release/libfilmgate-*.so $(RELEASE)/

run: build
	@Tests/Scripts/run-example $(RELEASE)

$(VENV)/installed: Tests/Upstreams/requirements.txt $(wildcard Tests/Clients/Requirements/*.txt)
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r Tests/Upstreams/requirements.txt
	Tests/Clients/install $(VENV)
	touch $@

test: packages
	@Tests/Scripts/packages $(TEST_PACKAGES)
	@$(MAKE) --no-print-directory $(VENV)/installed
	@Tests/Scripts/test $(VENV)

lint:
	@Tests/Scripts/lint

fuzz: packages
	Tests/Fuzz/run 60

bench: build
	swift build -c release --product plugin-benchmarks
	swift build -c release --product http-test-server
	@Tests/Scripts/packages $(BENCHMARK_PACKAGES)
	@Tests/Benchmarks/run $(RELEASE)
	@Tests/Benchmarks/http $(RELEASE)
	@Tests/Benchmarks/gateway $(RELEASE)
	@Tests/Benchmarks/load/run $(RELEASE)

install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/filmgate $(DESTDIR)$(PREFIX)/lib/filmgate/plugins
	install -m 755 $(RELEASE)/filmgate $(DESTDIR)$(PREFIX)/bin/filmgate
	install -m 755 $(RELEASE)/filmgate-worker $(DESTDIR)$(PREFIX)/libexec/filmgate/filmgate-worker
	install -m 644 $(RELEASE)/libfilmgate-*.so $(DESTDIR)$(PREFIX)/lib/filmgate/plugins/

clean:
	rm -rf .build
