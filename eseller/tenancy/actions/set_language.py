"""Choose the language in which a person works."""

from django.conf import settings

from eseller.tenancy.models import User


def set_language(*, user_id: int, language: str) -> bool:
    """Keep a person's language; returns False for one that the back office does not speak."""
    if language not in dict(settings.LANGUAGES):
        return False
    return User.objects.filter(pk=user_id).update(language=language) == 1
