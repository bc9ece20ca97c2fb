"""Ways of delivery, as a checkout offers them."""

import msgspec

from eseller.kernel.money import Money


class ShippingOption(msgspec.Struct, frozen=True):
    """A method that goes to the country, and its price as the shop enters prices."""

    code: str
    name: str
    price: Money
    vat_class: str
