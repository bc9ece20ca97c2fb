"""The incidents as exercises: the damage is real, and so are the figures."""
