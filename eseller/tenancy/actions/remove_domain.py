"""Let a shop no longer answer at an address."""

from django.utils.translation import gettext as _

from eseller.tenancy.actions.errors import PrimaryDomain, UnknownDomain
from eseller.tenancy.models import Domain
from eseller.tenancy.scope import shop_transaction


def remove_domain(*, shop_id: int, domain_id: int, actor: str) -> None:
    """Remove one of the shop's addresses, but never the main one.

    Raises:
        UnknownDomain: the shop has no such address.
        PrimaryDomain: it is the main address.
    """
    with shop_transaction(shop_id, actor=actor, label="remove_domain"):
        domain = Domain.objects.select_for_update().filter(pk=domain_id).first()
        if domain is None:
            raise UnknownDomain
        if domain.is_primary:
            raise PrimaryDomain(_("The main address cannot be removed. Choose another main address first."))
        domain.delete()
