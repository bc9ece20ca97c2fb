"""What a cart looks like to a page."""

from enum import StrEnum

import msgspec

from eseller.kernel.money import Money


class CartOwner(msgspec.Struct, frozen=True):
    """Whose cart: that of a signed-in customer, else that of a cookie's token; None and None has no cart yet."""

    token: str | None = None
    customer_id: int | None = None


class Problem(StrEnum):
    """Why a line cannot be bought as it is."""

    SOLD_OUT = "sold_out"
    TOO_MANY = "too_many"  # only ``left`` are left
    NO_PRICE = "no_price"
    WITHDRAWN = "withdrawn"  # no longer on sale


class CartLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line, with today's title, price and stock. ``unit_price`` is as the shop enters prices."""

    variant_id: int
    product_slug: str
    title: str
    options: str
    sku: str
    image_id: int | None
    image_sha256: str | None
    image_alt: str
    quantity: int
    unit_price: Money | None
    compare_at: Money | None
    line_total: Money | None
    vat_class: str
    weight_g: int
    left: int | None = None
    """How many can be had; None is no limit."""
    problem: Problem | None = None


class CartView(msgspec.Struct, frozen=True, kw_only=True):
    """A cart. ``count`` is pieces; ``subtotal`` counts the lines that have a price."""

    lines: tuple[CartLineView, ...]
    count: int
    subtotal: Money
    checkout_key: str | None

    @property
    def problems(self) -> tuple[CartLineView, ...]:
        """The lines that stand in the way of buying."""
        return tuple(line for line in self.lines if line.problem is not None)


class CartSummary(msgspec.Struct, frozen=True):
    """What the page's head shows: pieces, not lines."""

    count: int


class Added(msgspec.Struct, frozen=True):
    """What adding did. ``new_token`` is set where a cart was made and the cookie must be; ``count`` is pieces now."""

    count: int
    quantity: int
    new_token: str | None = None
