"""Demo data: three invented shops, and what loads them."""
