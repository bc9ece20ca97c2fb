"""What can be wrong with a shipping method."""

from eseller.kernel.errors import EsellerError


class InvalidShippingMethod(EsellerError):
    """The shipping method cannot be used like this.

    ``detail["field"]`` names the field.
    """

    code = "invalid_shipping_method"
    status = 422
