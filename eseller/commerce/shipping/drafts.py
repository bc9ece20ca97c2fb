"""What a shipping method should be: how the back office and the demo hand one over."""

import msgspec


class RateDraft(msgspec.Struct, frozen=True):
    """What the method costs to a country from a weight (grams) or goods value (minor units) upwards."""

    country: str
    currency: str
    at_least: int
    amount: int


class ShippingDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A shipping method with all of its rates."""

    code: str
    names: dict[str, str]
    basis: str
    rates: tuple[RateDraft, ...]
    vat_class: str = "standard"
    tracking_url: str = ""
    active: bool = True
    position: int = 0
