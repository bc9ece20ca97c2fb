"""Send a message of the outbox."""

def deliver(*, shop_id: int, message_id: int, attempts: int) -> None:
    raise NotImplementedError
