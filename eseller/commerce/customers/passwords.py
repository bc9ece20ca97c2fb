"""Which passwords will do."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from eseller.commerce.customers.actions.sign_in import LONGEST_PASSWORD


def weakness(password: str, *, email: str, name: str) -> str | None:
    """Return why a password will not do, in the active language; None when it will."""
    person = _Person(email, name)
    try:
        validate_password(password[:LONGEST_PASSWORD], user=person)  # type: ignore[arg-type]
    except ValidationError as error:
        return " ".join(error.messages)
    return None


class _Person:
    """What Django compares a password with."""

    def __init__(self, email: str, name: str) -> None:
        self.username, self.email, self.first_name, self.last_name = "", email, name, ""
