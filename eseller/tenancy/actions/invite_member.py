"""Ask a person to work in a shop."""

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError
from django.utils.translation import gettext as _

from eseller.tenancy.actions.errors import AlreadyMember, InvalidMember
from eseller.tenancy.models import Membership, User
from eseller.tenancy.scope import shop_transaction

MOST_MEMBERS = 200


class Invited(msgspec.Struct, frozen=True):
    """Who was invited. ``needs_password``: the person has no login yet and must set a password by a signed link."""

    user_id: int
    email: str
    language: str
    needs_password: bool


def invite_member(*, shop_id: int, email: str, name: str, role: str, language: str, actor: str) -> Invited:
    """Make a person a member; somebody without a login gets one that works once they have set a password.

    The mail that tells them is the caller's, in the same transaction.

    Args:
        shop_id: the shop.
        email: the person's address; with an existing login at it the name and language given here are not used.
        name: what to call somebody new.
        role: owner, manager, clerk or reader.
        language: language of somebody new.
        actor: who invites.

    Raises:
        InvalidMember: the address, name or role is not valid.
        AlreadyMember: the person is a member already.
    """
    email = email.strip().lower()
    _check(email, name, role)
    with shop_transaction(shop_id, actor=actor, label="invite_member"):
        if Membership.objects.count() >= MOST_MEMBERS:
            raise InvalidMember(_("A shop can have %(most)s members at most.") % {"most": MOST_MEMBERS})
        user = User.objects.filter(email=email).first()
        if user is None:
            user = _new_user(email, name.strip() or email.partition("@")[0], language)
        elif Membership.objects.filter(user_id=user.pk).exists():
            raise AlreadyMember(_("This person is a member already."))
        Membership.objects.create(user_id=user.pk, role=role)
        return Invited(user.pk, user.email, user.language, not user.has_usable_password())


def _check(email: str, name: str, role: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidMember(_("This is not an e-mail address.")) from None
    if len(email) > 200 or len(name) > 100 or "\x00" in name:
        raise InvalidMember(_("The name or the e-mail address is too long."))
    if role not in Membership.Role.values:
        raise InvalidMember(_("There is no such role."))


def _new_user(email: str, name: str, language: str) -> User:
    user = User(email=email, name=name[:100], language=language)
    user.set_unusable_password()
    try:
        user.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyMember(_("Somebody invited this person just now. Look at the list again.")) from error
    return user
