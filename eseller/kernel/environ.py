"""What a site tells of a request to whoever counts it outside: keys of the request's WSGI environment."""

SITE = "eseller.site"
"""Which site answers: ``storefront``, ``backoffice`` or ``mailbox``."""
SHOP = "eseller.shop"
"""The short name of the shop that is asked."""
