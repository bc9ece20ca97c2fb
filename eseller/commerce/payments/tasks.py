"""Jobs of payments: the test card's processor speaks."""

from collections.abc import Callable, Mapping

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from eseller.commerce.payments import testcard

Receiver = Callable[[int, str, Mapping[str, str], bytes], object]
_receivers: list[Receiver] = []


def connect(receiver: Receiver) -> None:
    """Say who hears callbacks that are delivered inside the platform; called in ``AppConfig.ready``."""
    _receivers[:] = [receiver]


@app.task(
    name="payments.deliver_callback",
    queue="payments",
    retry=RetryStrategy(max_attempts=6, exponential_wait=4),
)
def deliver_callback(shop_id: int, reference: str) -> None:
    """Answer what waits for a late answer, and tell the shop where the charge is, signed as over the network."""
    charge = testcard.look(shop_id=shop_id, reference=reference)
    if charge is None:
        return
    if charge.state == "pending":
        testcard.answer(shop_id=shop_id, reference=reference, approve=True)  # which calls back in its turn
    else:
        headers, body = testcard.callback(charge, shop_id=shop_id)
        for receive in _receivers:
            receive(shop_id, testcard.CODE, headers, body)
