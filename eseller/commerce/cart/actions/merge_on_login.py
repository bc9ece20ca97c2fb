"""Carry a visitor's cart over to the customer who signs in."""


def merge_on_login(*, token: str | None, customer_id: int, actor: str) -> None:
    """Put what a cookie's cart holds in the customer's own cart; the greater quantity of each variant stays.

    Afterwards the cart is found by the customer (``CartOwner(customer_id=…)``), and the cookie has done its work.
    Call it inside a ``shop_transaction``.
    """
    raise NotImplementedError
