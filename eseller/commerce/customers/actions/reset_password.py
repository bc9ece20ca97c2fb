"""Set a new password by a link that was mailed."""

from eseller.commerce.customers.records import SignedIn


def ask_reset(*, email: str, client: str, language: str, actor: str) -> None:
    """Mail a link for a new password if there is such a customer; the answer never tells whether.

    The link is ``/account/reset/<token>``. Call it outside any transaction.

    Raises:
        TooManyAttempts: by this client or for this e-mail.
    """
    raise NotImplementedError


def reset_password(*, token: str, password: str, actor: str) -> SignedIn:
    """Set the password, end all sessions and start a new one. Call it inside a ``shop_transaction``.

    Raises:
        LinkExpired: when the link is forged, too old or was used.
        InvalidFields: when the password is too weak (field ``password``).
    """
    raise NotImplementedError


def change_password(*, customer_id: int, old: str, new: str, actor: str) -> SignedIn:
    """Set another password, end all sessions and start a new one. Call it inside a ``shop_transaction``.

    Raises:
        InvalidFields: with fields ``old`` or ``new``.
    """
    raise NotImplementedError
