"""Place an order."""

from eseller.commerce.cart.records import CartOwner
from eseller.commerce.orders.checkout import CheckoutDetails, Placed
from eseller.tenancy.hosts import ShopInfo


def place_order(*, shop: ShopInfo, owner: CartOwner, details: CheckoutDetails, actor: str) -> Placed:
    """Make an order of the cart, once for each ``details.checkout_key``, however often and at once it is called.

    Call it outside any transaction: it commits on its own, and calls the payment provider between.
    A cart of a signed-in customer belongs to them (``owner.customer_id``), and so does the order.

    Raises:
        InvalidCheckout: with a sentence for each field; PaymentDeclined is one (field ``card_number``).
        EmptyCart: when there is nothing to order.
        CartProblems: when a line cannot be bought as it is; carries the quote.
        SoldOut: when somebody else was quicker.
        TotalChanged: when the total is not the one that was shown; carries the new quote to confirm.
    """
    raise NotImplementedError
