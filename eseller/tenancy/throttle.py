"""Count attempts, refuse too many."""

from eseller.kernel.errors import EsellerError


class TooManyAttempts(EsellerError):
    """Too many attempts. Wait a little, then try again."""

    code = "too_many_attempts"
    status = 429
    retryable = True

    def __init__(self, seconds: int) -> None:
        """Keep how long to wait."""
        super().__init__(seconds=seconds)
        self.seconds = seconds


def hit(key_parts: tuple[str | int, ...], *, limit: int, window: int) -> None:
    """Count an attempt in a window of ``window`` seconds, with one statement that commits at once where no transaction is open.

    Args:
        key_parts: what is counted; begin with a purpose and, where there is one, the shop. Only its hash is stored.
        limit: attempts that are allowed in a window.

    Raises:
        TooManyAttempts: with the seconds until the window ends.
    """
    raise NotImplementedError
