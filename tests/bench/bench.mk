# Speed, against peers and the floor. Wants cores of its own: never part of `test`.
.PHONY: bench bench-quick

bench: ## Installs what is missing, measures speed against peers and the floor: some 25 minutes
	@.ci/install bench
	tests/bench/run

bench-quick: ## The same on less mail: some 5 minutes
	@.ci/install bench
	tests/bench/run --quick
