"""Payments behind one interface."""
