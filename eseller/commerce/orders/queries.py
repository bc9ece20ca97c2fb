"""Reads of orders. Call them inside a ``shop_transaction``."""

from eseller.commerce.orders.records import OrderDetail, OrderFilter, OrderPage, OrderRow, OrderStatus


def orders_list(wanted: OrderFilter, *, page: int = 1) -> OrderPage:
    """Return a page of orders, newest first."""
    raise NotImplementedError


def order_detail(number: str, *, language: str) -> OrderDetail:
    """Return one order for the merchant.

    Raises:
        UnknownOrder: when there is none of this number.
    """
    raise NotImplementedError


def order_status(public_id: str) -> OrderStatus:
    """Return one order for the shopper, in the order's language. Check the link's signature first (``links.is_signed``).

    Raises:
        UnknownOrder: when there is none.
    """
    raise NotImplementedError


def customer_orders(customer_id: int, *, page: int = 1) -> tuple[OrderRow, ...]:
    """Return a customer's placed orders, newest first."""
    raise NotImplementedError
