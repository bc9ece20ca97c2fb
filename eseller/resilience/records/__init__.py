"""The record guard: what rows must be, what is shown instead of one that is not, and how statements see it. Pure."""
