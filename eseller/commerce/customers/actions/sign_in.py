"""Sign in and out."""

from eseller.commerce.customers.records import SignedIn


def sign_in(*, email: str, password: str, client: str, actor: str) -> SignedIn:
    """Check the password and start a session. Takes the same time for unknown addresses.

    Call it outside any transaction: failed attempts must be counted.

    Raises:
        WrongCredentials: without telling which of them was wrong.
        TooManyAttempts: by this client or for this e-mail (``eseller.tenancy.throttle``).
    """
    raise NotImplementedError


def sign_out(*, token: str, actor: str) -> None:
    """End a session; unknown ones are ignored. Call it inside a ``shop_transaction``."""
    raise NotImplementedError
