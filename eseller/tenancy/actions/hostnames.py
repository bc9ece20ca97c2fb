"""What counts as an exact host name."""

import ipaddress
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator
from django.utils.translation import gettext as _

from eseller.tenancy.actions.errors import InvalidHost

_ascii_name = DomainNameValidator(accept_idna=False)


def clean_host(text: str) -> str:
    """Return a typed host in the form in which it arrives with requests: lower case, IDNA, no final dot, no port.

    ``NAME.localhost`` is accepted, for demonstrations.

    Raises:
        InvalidHost: when it is no exact, public host name, or is one of the platform's own.
    """
    host = text.strip().rstrip(".").lower()
    if len(host) > 253 or not host:
        raise InvalidHost(_("Write a host name such as shop.example.com."))
    try:
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise InvalidHost(_("“%(host)s” is not a host name.") % {"host": text[:80]}) from None
    labels = host.removesuffix(".localhost").split(".") if host.endswith(".localhost") else None
    if labels is not None:
        valid = all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", label) for label in labels)
    else:
        valid = _is_public_name(host)
    if not valid:
        raise InvalidHost(_("“%(host)s” is not a host name. Write it without http:// and path.") % {"host": text[:80]})
    if host in {settings.BACKOFFICE_HOST, settings.MAILBOX_HOST}:
        raise InvalidHost(_("This address is used by the platform itself."))
    return host


def _is_public_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return False
    try:
        _ascii_name(host)
    except ValidationError:
        return False
    return "." in host
