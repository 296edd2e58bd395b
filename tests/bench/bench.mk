# Speed, against peers and the floor. Wants cores of its own: never part of `test`.

.PHONY: bench bench-quick

bench:
	tests/bench/run

bench-quick:
	tests/bench/run --quick
