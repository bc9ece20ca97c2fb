"""eSeller Cloud: many webshops for many merchants on one platform."""

__version__ = "0.1.0"
