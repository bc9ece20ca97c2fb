"""Prices by list and currency, VAT by country and class."""
