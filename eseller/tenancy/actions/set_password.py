"""Set a person's password."""

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from eseller.tenancy.models import User
from eseller.tenancy.scope import WEB


def set_password(*, user_id: int, password: str, name: str | None = None) -> User:
    """Set the password, and the name if one is given. All other sessions and all links of this person end by it.

    Raises:
        django.core.exceptions.ValidationError: the password is too weak.
    """
    with transaction.atomic(using=WEB):
        user = User.objects.select_for_update().get(pk=user_id, is_active=True)
        validate_password(password, user)
        user.set_password(password)
        if name is not None and name.strip():
            user.name = name.strip()[:100]
        user.save(update_fields=["password", "name"])
    return user
