"""Products, variants, categories and search."""
