"""The cart: found by a token, survives login."""
