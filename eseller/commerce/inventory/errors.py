"""What can go wrong with stock."""

import msgspec

from eseller.kernel.errors import EsellerError


class Shortage(msgspec.Struct, frozen=True):
    """A variant of which too little is left."""

    variant_id: int
    wanted: int
    left: int


class SoldOut(EsellerError):
    """Somebody else was quicker: there is not enough left."""

    code = "sold_out"
    status = 409

    def __init__(self, shortages: tuple[Shortage, ...]) -> None:
        """Keep what is short."""
        super().__init__(shortages=[[s.variant_id, s.wanted, s.left] for s in shortages])
        self.shortages = shortages


class ReservationGone(EsellerError):
    """The reservation has expired or was given back."""

    code = "reservation_gone"
    status = 409
