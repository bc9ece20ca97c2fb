"""A web process that is killed in the middle of a checkout: places an order of a cart and dies at a named moment.

Usage: python -m tests.concurrency.dying_checkout MOMENT SHOP_ID CART_TOKEN [CARD]
"""

import os
import signal
import sys
from typing import Any

import django

django.setup()

from eseller.commerce.cart.records import CartOwner  # noqa: E402
from eseller.commerce.orders.actions import place_order as placing  # noqa: E402
from eseller.tenancy.hosts import shop_info  # noqa: E402
from eseller.tenancy.scope import shop_transaction  # noqa: E402
from tests.commerce import shopping  # noqa: E402


def die(*_args: Any, **_values: Any) -> Any:
    """End at once, as by a crash: nothing is cleaned up, no connection closed."""
    os.kill(os.getpid(), signal.SIGKILL)


MOMENTS = {
    "after_reserving": "_write",  # the stock is held and committed, no order yet
    "before_commit": "tell",  # the order is written, not committed
    "before_charging": "_pay",  # the pending order is committed, the card not asked
    "after_charging": "settle",  # the card was charged, nobody noted it
}


def main(moment: str, shop_id: int, token: str, card: str = "") -> None:
    """Place the cart's order and die."""
    with shop_transaction(shop_id):
        shop = shop_info(shop_id)
    owner = CartOwner(token=token)
    details = shopping.details_for(shop, owner, **({"card": shopping.APPROVED} if card else {}))
    setattr(placing, MOMENTS[moment], die)
    placing.place_order(shop=shop, owner=owner, details=details, actor="shopper")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
