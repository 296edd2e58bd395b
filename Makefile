# What one can do here; `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help demo test build stubs

help: ## Lists the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: ## Installs what is missing, builds, and shows mail coming out of the test Exchange
	@.ci/install build
	@tests/demo.sh

test: ## Installs what is missing and runs every check and test
	@.ci/install test
	@.ci/test

build: ## Builds the PHP extension: target/release/libexchange_sync.so
	cargo build --release -p exchange-sync

stubs: build ## Writes php/stubs/exchange_sync.php as the built extension describes it
	php -d ffi.enable=1 php/stubs/generate.php target/release/libexchange_sync.so > php/stubs/exchange_sync.php

include $(wildcard tests/*/*.mk)
