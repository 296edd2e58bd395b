# Speed, against peers and the floor. Wants cores of its own: never part of `test`.
.PHONY: bench bench-quick

bench: ## Measures speed against peers and the floor: some 40 minutes
	tests/bench/run

bench-quick: ## The same on less mail: some 2 minutes
	tests/bench/run --quick
