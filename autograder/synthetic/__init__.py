"""A class drawn from a seed, for the demo, the benchmarks and the tests."""
