"""Jobs of the services."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from eseller.kernel import clock
from eseller.services.jobs import defer
from eseller.services.sending import deliver
from eseller.services.shops import each_shop, rows_of
from eseller.tenancy.scope import shop_transaction

ATTEMPTS = 11
"""With waits that triple from 3 s on: a day in all, so that a mail server may be away for a night."""
_BATCH = 500
# Nobody sends these, and no job of theirs is left: whoever had one died, or found the dead one's claim and went away.
_LOST = """
FROM services_outboxmessage m
WHERE m.state = 'pending' AND coalesce(m.claimed_until, m.created_at) <= %s AND NOT EXISTS (
    SELECT FROM procrastinate_jobs j
    WHERE j.status IN ('todo', 'doing') AND j.task_name = 'services.send_mail'
      AND (j.args ->> 'message')::bigint = m.id)
"""
_SHOPS = f"SELECT DISTINCT m.shop_id {_LOST} LIMIT 1000"
_MESSAGES = f"SELECT m.id {_LOST} AND m.shop_id = %s ORDER BY m.id LIMIT {_BATCH}"


@app.task(
    name="services.send_mail", queue="mail", retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=3)
)
def send_mail(shop_id: int, message: int) -> None:
    """Render a message of the outbox and send it; a failure is tried again, later each time."""
    deliver(shop_id=shop_id, message_id=message, attempts=ATTEMPTS)


@app.periodic(cron="* * * * *")
@app.task(name="services.queue_lost_mail", queue="mail", queueing_lock="services.queue_lost_mail")
def queue_lost_mail(timestamp: int) -> None:  # noqa: ARG001  (passed by name)
    """Queue again each message that waits without a job, once the claim of whoever had it has run out."""

    def queue(shop_id: int) -> None:
        lost = rows_of(_MESSAGES, [clock.now(), shop_id])
        with shop_transaction(shop_id, actor="job:queue_lost_mail"):
            for (message,) in lost:
                defer(send_mail, message=message)

    each_shop(_SHOPS, queue)
