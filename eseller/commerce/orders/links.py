"""Links by which a shopper sees their order without an account."""

from django.core import signing
from django.utils.crypto import constant_time_compare

from eseller.tenancy.hosts import ShopInfo


def order_path(public_id: str, *, shop_id: int, language_prefix: str = "") -> str:
    """Return ``/order/<public_id>?s=<signature>``; the signature holds for this order of this shop."""
    return f"{language_prefix}/order/{public_id}?s={_signature(public_id, shop_id)}"


def is_signed(public_id: str, signature: str, *, shop_id: int) -> bool:
    """Tell whether a signature is ours, in constant time."""
    return constant_time_compare(signature, _signature(public_id, shop_id))


def language_prefix(shop: ShopInfo, language: str) -> str:
    """Return what paths of a language begin with: nothing for the shop's own."""
    return "" if language == shop.default_language or language not in shop.languages else f"/{language}"


def _signature(public_id: str, shop_id: int) -> str:
    return signing.Signer(salt=f"eseller.order.{shop_id}").signature(public_id)
