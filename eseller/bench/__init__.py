"""Benchmarks that print: a platform of its own, load by wrk on the same machine, figures with what they were wanted to be."""
