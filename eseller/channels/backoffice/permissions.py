"""Who may do what: owner > manager > clerk > reader, as one pure table."""

from enum import StrEnum


class Permission(StrEnum):
    """Something that a role may allow."""

    SEE = "see"
    """Look at orders, products and figures."""
    ORDERS = "orders"
    """Handle orders: take money, ship, cancel, refund, note."""
    CATALOG = "catalog"
    """Change products, prices, stock and categories."""
    CONTENT = "content"
    """Change pages and the front page."""
    SETTINGS = "settings"
    """Change the shop's settings, look, addresses and delivery."""
    PAYMENTS = "payments"
    """Change how and where money arrives."""
    STAFF = "staff"
    """Invite, promote and remove people."""


_READER = frozenset({Permission.SEE})
_CLERK = _READER | {Permission.ORDERS}
_MANAGER = _CLERK | {Permission.CATALOG, Permission.CONTENT, Permission.SETTINGS}
_OWNER = _MANAGER | {Permission.PAYMENTS, Permission.STAFF}
ALLOWED: dict[str, frozenset[Permission]] = {
    "reader": _READER,
    "clerk": _CLERK,
    "manager": _MANAGER,
    "owner": _OWNER,
}


def may(role: str, permission: Permission) -> bool:
    """Tell whether a role allows something; a role that we don't know allows nothing."""
    return permission in ALLOWED.get(role, frozenset())
