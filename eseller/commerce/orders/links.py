"""Links by which a shopper sees their order without an account."""


def order_path(public_id: str, *, shop_id: int, language_prefix: str = "") -> str:
    """Return ``/order/<public_id>?s=<signature>``; the signature holds for this order of this shop."""
    raise NotImplementedError


def is_signed(public_id: str, signature: str, *, shop_id: int) -> bool:
    """Tell whether a signature is ours, in constant time."""
    raise NotImplementedError
