"""Invoice and bank transfer: the money comes later, and the merchant says when."""

from collections.abc import Mapping

from eseller.commerce.payments.errors import Forged, NotSupported
from eseller.commerce.payments.provider import ProviderEvent, Started, StartRequest
from eseller.commerce.payments.records import CardInput, PaymentState
from eseller.commerce.payments.rules import Told


class ByHand:
    """A payment whose every step is noted by the merchant (``mark_paid``, ``refund``); nobody else is asked."""

    online = False
    needs_card = False

    def problems(self, card: CardInput | None) -> dict[str, str]:  # noqa: ARG002
        """Nothing is typed in, so nothing is wrong."""
        return {}

    def start(self, request: StartRequest) -> Started:  # noqa: ARG002
        """Wait for the money."""
        return Started(told=Told(state=PaymentState.PENDING))

    def capture(self, *, shop_id: int, reference: str, amount: int) -> Told:  # noqa: ARG002
        """There is nothing to take: money comes by itself."""
        raise NotSupported

    def refund(self, *, shop_id: int, reference: str, total: int) -> Told:  # noqa: ARG002
        """Note what the merchant sends back through their bank."""
        return Told(state=PaymentState.CAPTURED, captured=total, refunded=total)

    def void(self, *, shop_id: int, token: str) -> Told:  # noqa: ARG002
        """Wait no longer."""
        return Told(state=PaymentState.VOIDED)

    def read_callback(self, *, shop_id: int, headers: Mapping[str, str], body: bytes) -> ProviderEvent:  # noqa: ARG002
        """Nobody calls back."""
        raise Forged
