"""Open an account."""

from eseller.commerce.customers.records import SignedIn


def register(*, email: str, password: str, name: str, language: str, client: str, actor: str) -> SignedIn:
    """Open an account and sign in. Call it inside a ``shop_transaction``.

    Args:
        client: the address the request came from, for throttling.

    Raises:
        InvalidFields: with sentences for ``email``, ``password``, ``name``; EmailTaken is one of them.
        TooManyAttempts: when this client registers too often.
    """
    raise NotImplementedError
