"""The rule that a shop is never left without an owner."""

from django.db.models import Q
from django.utils.translation import gettext as _

from eseller.tenancy.actions.errors import LastOwner, UnknownMember
from eseller.tenancy.models import Membership


def lock_member(user_id: int) -> Membership:
    """Lock all owners and the member, in key order, and return the member: two owners can't remove each other at once.

    Raises:
        UnknownMember: the current shop has no such member.
    """
    wanted = Membership.objects.filter(Q(role=Membership.Role.OWNER) | Q(user_id=user_id))
    rows = list(wanted.order_by("pk").select_for_update())
    for row in rows:
        if row.user_id == user_id:
            return row
    raise UnknownMember


def keep_an_owner(member: Membership) -> None:
    """Refuse when nobody else who can sign in owns the shop. Call it with the owners locked.

    Raises:
        LastOwner: the member is the last.
    """
    others = Membership.objects.filter(role=Membership.Role.OWNER, user__is_active=True).exclude(pk=member.pk)
    # Somebody invited who has set no password yet cannot sign in.
    if not others.exclude(user__password__startswith="!").exists():  # noqa: S106  (the mark of "none")
        raise LastOwner(_("A shop keeps at least one owner. Make somebody else an owner first."))
