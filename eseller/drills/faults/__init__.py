"""Faults of the database, each under a stream of orders."""
