"""Jobs of the services."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from eseller.services.sending import deliver

ATTEMPTS = 9


@app.task(
    name="services.send_mail", queue="mail", retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=3)
)
def send_mail(shop_id: int, message: int) -> None:
    """Render a message of the outbox and send it; a failure is tried again, later each time."""
    deliver(shop_id=shop_id, message_id=message, attempts=ATTEMPTS)
