"""Signed links that let a person set a password: short-lived, and spent by being used."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from eseller.kernel import clock
from eseller.tenancy.models import User

URLCONF = "eseller.channels.backoffice.urls"


class Purpose(StrEnum):
    """What a link is for."""

    RESET = "reset"
    INVITATION = "invitation"


LIFETIME = {Purpose.RESET: timedelta(hours=1), Purpose.INVITATION: timedelta(days=3)}


def password_link(user: User, purpose: Purpose) -> str:
    """Return the absolute address at which a person sets a password."""
    expires = int((clock.now() + LIFETIME[purpose]).timestamp())
    token = signing.dumps([user.pk, expires, _fingerprint(user)], salt=_salt(purpose), compress=False)
    return absolute(reverse(f"{purpose}", urlconf=URLCONF, kwargs={"token": token}))


def user_of_link(token: str, purpose: Purpose) -> User | None:
    """Return the person that a link was made for; None when it is forged, too old or spent."""
    try:
        user_id, expires, fingerprint = signing.loads(token[:500], salt=_salt(purpose))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or clock.now() > datetime.fromtimestamp(expires, tz=clock.now().tzinfo):
        return None
    return user if constant_time_compare(fingerprint, _fingerprint(user)) else None


def absolute(path: str, *, host: str = "") -> str:
    """Return the absolute address of a path of the back office, or of another of our hosts."""
    usual = {"http": 80, "https": 443}[settings.LINK_SCHEME]
    port = "" if usual == settings.LINK_PORT else f":{settings.LINK_PORT}"
    return f"{settings.LINK_SCHEME}://{host or settings.BACKOFFICE_HOST}{port}{path}"


def _salt(purpose: Purpose) -> str:
    return f"eseller.backoffice.{purpose}"


def _fingerprint(user: User) -> str:
    # Changes with the password, so that setting one spends all links.
    return salted_hmac("eseller.backoffice.links", f"{user.pk}:{user.password}:{user.email}").hexdigest()[:32]
