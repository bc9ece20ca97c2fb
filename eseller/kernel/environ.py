"""What a site tells of a request to whoever counts it outside: keys of the request's WSGI environment."""

SITE = "eseller.site"
"""Which site answers: ``storefront``, ``backoffice`` or ``mailbox``."""
LOWERED = "eseller.lowered"
"""Whether a robot asks, or nobody yet; told by whoever hides the headers that say so."""
SHOP = "eseller.shop"
"""The short name of the shop that is asked."""
