"""Which addresses of the network a shop's picture may come from: the public ones, and nothing of our own."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_NOT_PUBLIC_4 = (IPv4Network("192.88.99.0/24"),)  # relays into 6to4
_GLOBAL_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = (
    IPv6Network("2001::/23"),  # Teredo and other special purposes
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),  # 6to4: carries an IPv4 address, which may be a private one
    IPv6Network("3fff::/20"),
)


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public Internet.

    IPv4 in IPv6 clothes (mapped, compatible, 6to4, Teredo, NAT64) is not: such a name hides where it leads.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast and not ip.is_reserved and not _in(ip, _NOT_PUBLIC_4)
    return ip in _GLOBAL_6 and ip.scope_id is None and ip.is_global and not _in(ip, _NOT_PUBLIC_6)


def _in(ip: IPv4Address | IPv6Address, networks: tuple[IPv4Network, ...] | tuple[IPv6Network, ...]) -> bool:
    return any(ip in network for network in networks)
