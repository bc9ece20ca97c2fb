"""Take money that was authorised."""


def capture(*, shop_id: int, number: str, actor: str) -> None:
    """Capture the authorised payment in full. Call it outside any transaction; a second call does nothing more.

    Raises:
        UnknownOrder, NotAllowed.
    """
    raise NotImplementedError
