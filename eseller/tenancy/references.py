"""What of this package is in the snapshots: which host is which shop's, and the settings of the platform."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from eseller.tenancy.hosts import Routing, ShopInfo
from eseller.tenancy.platform_settings import PlatformSettings, typed
from eseller.tenancy.snapshots.reference import Reference, register

PARTS = 64


def _routing(rows: Mapping[str, Sequence[Any]]) -> Routing:
    domains = sorted(rows["tenancy_domain"], key=lambda row: (not row.is_primary, row.id))
    first: dict[int, str] = {}
    for domain in domains:
        first.setdefault(domain.shop_id, domain.host)
    shops = {row.id: _info(row, first.get(row.id, "")) for row in rows["tenancy_shop"]}
    hosts = {domain.host: shops[domain.shop_id] for domain in domains if domain.shop_id in shops}
    return Routing(hosts, shops)


def _info(row: Any, primary_host: str) -> ShopInfo:
    return msgspec.convert(msgspec.to_builtins(row) | {"primary_host": primary_host}, ShopInfo)


def _settings(rows: Mapping[str, Sequence[Any]]) -> PlatformSettings:
    return PlatformSettings(**{row.key: typed(row.key, row.value) for row in rows["tenancy_platformsetting"]})


register(
    Reference(name="routing", tables=("tenancy_shop", "tenancy_domain"), view=_routing, split=PARTS),
    Reference(name="settings", tables=("tenancy_platformsetting",), view=_settings),
)
