"""Markdown pages and the home page of a shop."""
