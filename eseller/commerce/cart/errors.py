"""What can go wrong with a cart."""

from eseller.kernel.errors import EsellerError


class CartFull(EsellerError):
    """The cart holds as many different goods as it can."""

    code = "cart_full"


class QuantityOutOfRange(EsellerError):
    """This many cannot be put in the cart."""

    code = "quantity_out_of_range"


class NotForSale(EsellerError):
    """This is not for sale at present."""

    code = "not_for_sale"
    status = 404


class NotEnough(EsellerError):
    """There is not enough left of it."""

    code = "not_enough"
    status = 409

    def __init__(self, message: str, *, left: int) -> None:
        """Keep how many there are."""
        super().__init__(message, left=left)
        self.left = left
