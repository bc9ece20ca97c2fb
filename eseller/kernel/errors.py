"""One exception tree. Each error says what to do and whether trying again helps."""

from typing import ClassVar


class EsellerError(Exception):
    """Something went wrong that we can explain.

    The docstring of a subclass is its default message.

    Attributes:
        code: stable identifier for machines.
        retryable: whether the same call may succeed later.
        status: the HTTP status that answers it.
        of_data: whether something that is stored is likely the cause, and not what was asked.
    """

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False
    status: ClassVar[int] = 400
    of_data: ClassVar[bool] = False

    def __init__(self, message: str | None = None, **detail: object) -> None:
        """Keep a message for a person and details for a machine."""
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.detail = detail
        super().__init__(self.message)
