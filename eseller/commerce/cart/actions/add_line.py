"""Put something in the cart."""

from eseller.commerce.cart.records import Added, CartOwner
from eseller.tenancy.hosts import ShopInfo


def add_line(*, owner: CartOwner, shop: ShopInfo, variant_id: int, quantity: int, actor: str) -> Added:
    """Add pieces of a variant to the cart, and make the cart when there is none.

    Call it inside a ``shop_transaction``.

    Raises:
        QuantityOutOfRange: when quantity is not 1 to MAX_QUANTITY, or the line would hold more than that.
        CartFull: when the cart has MAX_LINES others.
        NotForSale: when the variant is unknown, unpublished or has no price.
        NotEnough: when there are fewer left than the line would hold.
    """
    raise NotImplementedError
