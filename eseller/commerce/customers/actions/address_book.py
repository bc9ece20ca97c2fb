"""Change a customer's address book and profile. Call these inside a ``shop_transaction``."""

import msgspec
from django.utils.translation import gettext as _

from eseller.commerce.customers.errors import InvalidFields
from eseller.commerce.customers.models import Address, Customer
from eseller.commerce.customers.records import PostalAddress
from eseller.commerce.customers.rules import address_problems, tidy, tidy_address

MAX_ADDRESSES = 20


def save_address(
    *,
    customer_id: int,
    address: PostalAddress,
    address_id: int | None = None,
    default: bool = False,
    actor: str,  # noqa: ARG001
) -> int:
    """Write an address, a new one where ``address_id`` is None or not the customer's, and return its id.

    Raises:
        InvalidFields: by the names of the fields of PostalAddress; ``address`` when the book is full.
    """
    address = tidy_address(address)
    if problems := address_problems(address):
        raise InvalidFields(problems)
    Customer.objects.select_for_update().get(pk=customer_id)  # two at once would make two defaults
    book = Address.objects.filter(customer_id=customer_id)
    known = book.filter(pk=address_id).first() if address_id is not None else None
    if known is None and book.count() >= MAX_ADDRESSES:
        raise InvalidFields({"address": _("The address book is full. Delete an address first.")})
    if default:
        book.update(is_default=False)
    row = known or Address(customer_id=customer_id)
    for field, value in msgspec.structs.asdict(address).items():
        setattr(row, field, value)
    row.is_default = default or row.is_default
    row.save()
    return int(row.pk)


def delete_address(*, customer_id: int, address_id: int, actor: str) -> None:  # noqa: ARG001
    """Take an address out of the book; unknown ones are ignored."""
    Address.objects.filter(customer_id=customer_id, pk=address_id).delete()


def update_profile(*, customer_id: int, name: str, language: str, actor: str) -> None:  # noqa: ARG001
    """Change name and language.

    Raises:
        InvalidFields: with ``name``.
    """
    name = tidy(name)
    if not 0 < len(name) <= 100:
        raise InvalidFields({"name": _("Fill this in, with at most %(most)s characters.") % {"most": 100}})
    Customer.objects.filter(pk=customer_id).update(name=name, language=language[:5])
