"""Customers of a shop, their addresses and sign-ins."""
