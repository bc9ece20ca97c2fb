"""Processes of a node: the supervisor, web processes with their private ports, the worker."""
