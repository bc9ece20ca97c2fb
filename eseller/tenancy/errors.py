"""What can go wrong with tenancy."""

from eseller.kernel.errors import EsellerError


class Unscoped(EsellerError):
    """A shop-owned table was used outside a shop transaction."""

    code = "unscoped"
    status = 500


class ScopeMismatch(EsellerError):
    """A shop transaction was opened inside that of another shop."""

    code = "scope_mismatch"
    status = 500


class UnknownHost(EsellerError):
    """No shop answers at this address."""

    code = "unknown_host"
    status = 404


class NoSuchShop(EsellerError):
    """There is no such shop."""

    code = "no_such_shop"
    status = 404
