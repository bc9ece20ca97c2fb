"""Why a change to a shop is refused. Each names the field that it is about, for forms."""

from typing import ClassVar

from eseller.kernel.errors import EsellerError


class ShopChangeRefused(EsellerError):
    """The shop cannot be changed like this."""

    code = "shop_change_refused"
    field: ClassVar[str] = ""


class InvalidShop(ShopChangeRefused):
    """Some settings of the shop are not valid; ``problems`` names them by field."""

    code = "invalid_shop"

    def __init__(self, problems: dict[str, str]) -> None:
        """Keep a sentence for each field that is wrong."""
        self.problems = problems
        super().__init__(" ".join(problems.values()), **problems)


class SlugTaken(ShopChangeRefused):
    """Another shop has this short name."""

    code = "shop_slug_taken"
    status = 409
    field = "slug"


class InvalidHost(ShopChangeRefused):
    """This is not an address at which a shop can answer."""

    code = "invalid_host"
    field = "host"


class HostTaken(ShopChangeRefused):
    """A shop answers at this address already."""

    code = "host_taken"
    status = 409
    field = "host"


class UnknownDomain(ShopChangeRefused):
    """The shop has no such address."""

    code = "unknown_domain"
    status = 404


class PrimaryDomain(ShopChangeRefused):
    """The main address cannot be removed; choose another main address first."""

    code = "primary_domain"
    status = 409


class AlreadyMember(ShopChangeRefused):
    """This person is a member of the shop already."""

    code = "already_member"
    status = 409
    field = "email"


class InvalidMember(ShopChangeRefused):
    """This is not a person that can be invited."""

    code = "invalid_member"
    field = "email"


class UnknownMember(ShopChangeRefused):
    """The shop has no such member."""

    code = "unknown_member"
    status = 404


class LastOwner(ShopChangeRefused):
    """A shop keeps at least one owner who can sign in."""

    code = "last_owner"
    status = 409
    field = "role"
