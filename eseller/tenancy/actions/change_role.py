"""Give a member another role."""

from eseller.tenancy.actions.errors import UnknownMember
from eseller.tenancy.actions.owners import keep_an_owner, lock_member
from eseller.tenancy.models import Membership
from eseller.tenancy.scope import shop_transaction


def change_role(*, shop_id: int, user_id: int, role: str, actor: str) -> None:
    """Change what a member may do.

    Raises:
        UnknownMember: the shop has no such member, or there is no such role.
        LastOwner: the member is the last owner.
    """
    if role not in Membership.Role.values:
        raise UnknownMember
    with shop_transaction(shop_id, actor=actor, label="change_role"):
        member = lock_member(user_id)
        if member.role == role:
            return
        if member.role == Membership.Role.OWNER:
            keep_an_owner(member)
        member.role = role
        member.save(update_fields=["role"])
