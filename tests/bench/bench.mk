# Speed, against peers and the floor. Wants cores of its own: never part of `test`.
.PHONY: bench bench-quick

bench: ## Measures speed against peers and the floor: some 25 minutes
	tests/bench/run

bench-quick: ## The same on less mail: some 5 minutes
	tests/bench/run --quick
