"""End somebody's work in a shop."""

from eseller.tenancy.actions.owners import keep_an_owner, lock_member
from eseller.tenancy.models import Membership
from eseller.tenancy.scope import shop_transaction


def remove_member(*, shop_id: int, user_id: int, actor: str) -> None:
    """Take a person out of the shop; their login stays, since it may belong to other shops.

    Raises:
        UnknownMember: the shop has no such member.
        LastOwner: the member is the last owner.
    """
    with shop_transaction(shop_id, actor=actor, label="remove_member"):
        member = lock_member(user_id)
        if member.role == Membership.Role.OWNER:
            keep_an_owner(member)
        member.delete()
