"""What the back office reads of shops, members, addresses and history."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from django.db import connections

from eseller.resilience.records.fields import Slug
from eseller.tenancy.guard import quarantine
from eseller.tenancy.guard.diagnose import healed
from eseller.tenancy.scope import WEB, shop_transaction
from eseller.tenancy.sql import fetch, fetch_json, fetch_records, run

_MEMBERS = frozenset({"tenancy_shop", "tenancy_membership"})
_MEMBER_SHOP = """
SELECT json_build_object('shop_id', s.id, 'slug', s.slug, 'name', s.name, 'role', m.role)::text
FROM tenancy_membership m JOIN tenancy_shop s ON s.id = m.shop_id WHERE m.user_id = %s
"""


class MemberShop(msgspec.Struct, frozen=True):
    """A shop that a person may enter, and as what."""

    shop_id: int
    slug: Slug
    name: str
    role: Literal["owner", "manager", "clerk", "reader"]


class Member(msgspec.Struct, frozen=True):
    """A person of the current shop. ``waiting``: invited, but has set no password yet."""

    user_id: int
    name: str
    email: str
    role: str
    waiting: bool
    since: datetime


class DomainRecord(msgspec.Struct, frozen=True):
    """An address of the current shop."""

    id: int
    host: str
    is_primary: bool


class Change(msgspec.Struct, frozen=True):
    """One field before and after; None where there was no row."""

    field: str
    before: Any
    after: Any


class HistoryEntry(msgspec.Struct, frozen=True):
    """One change of one row: who, when, what. ``who`` is the member's name where the actor was a member."""

    id: int
    table: str
    row_id: int
    operation: str
    at: datetime
    actor: str
    who: str
    db_user: str
    changes: tuple[Change, ...]


def member_shops(user_id: int) -> list[MemberShop]:
    """Return the shops of an active person, by name. Needs no shop transaction: it is a named look across shops."""
    rows = run(connections[WEB], "SELECT shop_id, slug, name, role FROM eseller_member_shops(%s)", [user_id])
    shops = (_member_shop(user_id, *row) for row in rows)
    return [shop for shop in shops if shop is not None]


def _member_shop(user_id: int, shop_id: int, slug: str, name: str, role: str) -> MemberShop | None:
    """Return a shop of a person; where its row or the person's role in it is bad, as it last was, or not at all."""
    values = {"shop_id": shop_id, "slug": slug, "name": name, "role": role}
    kept = quarantine.of_shop(shop_id)
    try:
        if kept is None or _MEMBERS.isdisjoint(kept.tables):
            return msgspec.convert(values, MemberShop)
        return _as_kept(user_id, shop_id)
    except msgspec.ValidationError:
        return _as_kept(user_id, shop_id)


def _as_kept(user_id: int, shop_id: int) -> MemberShop | None:
    def read() -> MemberShop | None:
        with shop_transaction(shop_id, label="member"):
            return fetch_json(_MEMBER_SHOP, [user_id], MemberShop)

    try:
        return healed(shop_id, read)
    except msgspec.ValidationError:
        return None


def members() -> list[Member]:
    """Return the members of the current shop, highest role first."""
    return fetch_records(
        "SELECT u.id, u.name, u.email, m.role, coalesce(left(u.password, 1) = '!', true), m.created_at "
        "FROM tenancy_membership m JOIN tenancy_user u ON u.id = m.user_id "
        "ORDER BY array_position(ARRAY['owner', 'manager', 'clerk', 'reader'], m.role::text), u.name, u.id",
        None,
        Member,
    )


def domains() -> list[DomainRecord]:
    """Return the addresses of the current shop, the main one first."""
    statement = "SELECT id, host, is_primary FROM tenancy_domain ORDER BY is_primary DESC, host"
    return fetch_records(statement, None, DomainRecord)


def history(
    rows_of: Mapping[str, Sequence[int]] | None = None, *, before: int | None = None, limit: int = 50
) -> list[HistoryEntry]:
    """Return the latest changes in the current shop, newest first.

    Args:
        rows_of: ids by table, to see some records only; None is the whole shop.
        before: an entry's id; only older ones are returned.
        limit: how many at most, up to 200.
    """
    where = ["(%(before)s::bigint IS NULL OR h.id < %(before)s)"]
    params: dict[str, Any] = {"before": before, "limit": min(limit, 200)}
    if rows_of is not None:
        parts = []
        for number, (table, ids) in enumerate(rows_of.items()):
            parts.append(f"(h.table_name = %(t{number})s AND h.row_id = ANY(%(i{number})s))")
            params |= {f"t{number}": table, f"i{number}": list(ids)}
        where.append("(" + (" OR ".join(parts) or "false") + ")")
    found = fetch(
        "SELECT h.id, h.table_name, h.row_id, h.operation, h.at, h.actor, coalesce(u.name, ''), h.db_user, "  # noqa: S608
        "h.before::text, h.after::text FROM tenancy_history h "
        "LEFT JOIN tenancy_user u ON h.actor = 'member:' || u.id "
        f"WHERE {' AND '.join(where)} ORDER BY h.id DESC LIMIT %(limit)s",  # only our own words are put in
        params,
    )
    return [
        HistoryEntry(number, table, row_id, operation, at, actor, who, db_user, _changes(old, new))
        for number, table, row_id, operation, at, actor, who, db_user, old, new in found
    ]


def _changes(before: str | None, after: str | None) -> tuple[Change, ...]:
    old: dict[str, Any] = msgspec.json.decode(before) if before else {}
    new: dict[str, Any] = msgspec.json.decode(after) if after else {}
    fields = sorted(set(old) | set(new), key=list({**new, **old}).index)
    return tuple(
        Change(field, old.get(field), new.get(field))
        for field in fields
        if field not in ("id", "shop_id") and old.get(field) != new.get(field)
    )
