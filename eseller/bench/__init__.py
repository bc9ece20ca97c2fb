"""Benchmarks that print: a platform of its own, load on the same machine, figures beside those that are wanted."""
