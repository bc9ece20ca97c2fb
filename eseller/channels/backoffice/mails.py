"""Mails to members: invitations and password links. A link is made with its mail: no token lies in a table."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from eseller.channels.backoffice.guard import spoken_by
from eseller.channels.backoffice.links import Purpose, absolute, password_link
from eseller.kernel.ids import new_token
from eseller.services import outbox
from eseller.services.outbox import Mail
from eseller.tenancy.actions.invite_member import Invited
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.models import Membership, User


def register_mails() -> None:
    """Say how these mails are made."""
    outbox.register("staff_invitation", _invitation)
    outbox.register("password_reset", _password_reset)


def put_invitation(invited: Invited) -> None:
    """Write the mail that tells somebody of their new shop, in the transaction that invited them."""
    outbox.put(
        kind="staff_invitation",
        key=f"staff_invitation:{invited.user_id}:{new_token()}",
        recipient=invited.email,
        language=invited.language,
        payload={"user_id": invited.user_id},
    )


def put_password_reset(user: User) -> None:
    """Write the mail with a link to set a password, in a transaction of one of the person's shops."""
    outbox.put(
        kind="password_reset",
        key=f"password_reset:{user.pk}:{new_token()}",
        recipient=user.email,
        language=spoken_by(user),
        payload={"user_id": user.pk},
    )


def _invitation(shop: ShopInfo, payload: Mapping[str, Any], language: str) -> Mail | None:  # noqa: ARG001
    user = _person(payload)
    if user is None or not Membership.objects.filter(user_id=user.pk).exists():
        return None
    waiting = not user.has_usable_password()
    return Mail(
        subject=_("You can now work in %(shop)s") % {"shop": shop.name},
        template="mail/staff_invitation",
        values={
            "name": user.name,
            "shop": shop,
            "waiting": waiting,
            "url": password_link(user, Purpose.INVITATION) if waiting else absolute(f"/{shop.slug}/"),
        },
    )


def _password_reset(shop: ShopInfo, payload: Mapping[str, Any], language: str) -> Mail | None:  # noqa: ARG001
    user = _person(payload)
    if user is None:
        return None
    return Mail(
        subject=_("Set a new password"),
        template="mail/password_reset",
        values={"name": user.name, "email": user.email, "url": password_link(user, Purpose.RESET)},
        sender_name="eSeller",
    )


def _person(payload: Mapping[str, Any]) -> User | None:
    return User.objects.filter(pk=payload["user_id"], is_active=True).first()
