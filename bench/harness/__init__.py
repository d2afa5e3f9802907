"""What the benchmarks share: a paced server, the console on a terminal, bare loops beside it."""
