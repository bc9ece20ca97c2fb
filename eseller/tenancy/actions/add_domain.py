"""Let a shop answer at one more address."""

from django.db import IntegrityError
from django.utils.translation import gettext as _

from eseller.tenancy.actions.errors import HostTaken, InvalidHost
from eseller.tenancy.actions.hostnames import clean_host
from eseller.tenancy.models import Domain
from eseller.tenancy.scope import shop_transaction

MOST_DOMAINS = 20


def add_domain(*, shop_id: int, host: str, actor: str) -> int:
    """Add an exact host; the shop's first becomes its main address. Returns the domain's id.

    Raises:
        InvalidHost: it is not an exact host name, or the shop has too many.
        HostTaken: this or another shop answers there already.
    """
    name = clean_host(host)
    try:
        with shop_transaction(shop_id, actor=actor, label="add_domain"):
            hosts = set(Domain.objects.values_list("host", flat=True))
            if name in hosts:
                raise HostTaken(_("The shop answers at this address already."))
            if len(hosts) >= MOST_DOMAINS:
                raise InvalidHost(_("A shop can have %(most)s addresses at most.") % {"most": MOST_DOMAINS})
            return int(Domain.objects.create(host=name, is_primary=not hosts).pk)
    except IntegrityError as error:
        # Other shops' addresses can't be looked up from here; the unique key knows them.
        raise HostTaken(_("Another shop answers at this address.")) from error
