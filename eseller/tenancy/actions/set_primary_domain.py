"""Choose the address that the others lead to."""

from eseller.tenancy.actions.errors import UnknownDomain
from eseller.tenancy.models import Domain
from eseller.tenancy.scope import shop_transaction


def set_primary_domain(*, shop_id: int, domain_id: int, actor: str) -> None:
    """Make one of the shop's addresses its main one.

    Raises:
        UnknownDomain: the shop has no such address.
    """
    with shop_transaction(shop_id, actor=actor, label="set_primary_domain"):
        domains = {domain.pk: domain for domain in Domain.objects.select_for_update().order_by("pk")}
        if domain_id not in domains:
            raise UnknownDomain
        Domain.objects.filter(is_primary=True).exclude(pk=domain_id).update(is_primary=False)
        Domain.objects.filter(pk=domain_id, is_primary=False).update(is_primary=True)
