"""Which passwords will do."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from eseller.commerce.customers.actions.sign_in import LONGEST_PASSWORD
from eseller.tenancy.models import User


def weakness(password: str, *, email: str, name: str) -> str | None:
    """Return why a password will not do, in the active language; None when it will."""
    try:
        # A person who is never saved: what the validators compare the password with.
        validate_password(password[:LONGEST_PASSWORD], user=User(email=email, name=name))
    except ValidationError as error:
        return " ".join(error.messages)
    return None
