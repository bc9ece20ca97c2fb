"""The one interface behind which every way of paying stands."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from eseller.commerce.payments.records import CardInput
from eseller.commerce.payments.rules import Told
from eseller.kernel.errors import EsellerError
from eseller.kernel.money import Money


class StartRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A payment to begin. ``token`` is ours, unique, and makes beginning it twice harmless."""

    shop_id: int
    token: str
    amount: Money
    card: CardInput | None = None


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider answered; ``action_path`` is where the shopper must go next, where they must."""

    told: Told
    action_path: str = ""


class ProviderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A callback whose signature was checked."""

    event_id: str
    payment_token: str
    kind: str
    told: Told


class Provider(Protocol):
    """A way of paying. Calls commit on the provider's side; none may run inside a transaction of ours."""

    online: bool
    """Whether an order waits for its answer; otherwise it is open at once and paid later."""
    needs_card: bool

    def problems(self, card: CardInput | None) -> dict[str, str]:
        """Return a sentence for each card field that cannot be right."""

    def start(self, request: StartRequest) -> Started:
        """Begin a payment; the same again for the same token."""

    def capture(self, *, shop_id: int, reference: str, amount: int) -> Told:
        """Take an authorised amount; the same again when it was taken."""

    def refund(self, *, shop_id: int, reference: str, total: int) -> Told:
        """Give money back until ``total`` has been given back in all, hence harmless when repeated."""

    def void(self, *, shop_id: int, token: str) -> Told:
        """Let go of what was not taken, by our own token: a beginning whose answer was lost is let go as well."""

    def read_callback(self, *, shop_id: int, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        """Check a callback and read it.

        Raises:
            Forged: when the signature is not the provider's for this shop, or the message is too old.
        """


class UnknownProvider(EsellerError):
    """There is no such way of paying."""

    code = "unknown_provider"
    status = 404
    of_data = True


_providers: dict[str, Provider] = {}


def register(code: str, provider: Provider) -> None:
    """Make a provider known under its code; called in ``AppConfig.ready``."""
    _providers[code] = provider


def provider(code: str) -> Provider:
    """Return a provider.

    Raises:
        UnknownProvider: when there is none of this code.
    """
    try:
        return _providers[code]
    except KeyError:
        raise UnknownProvider from None
