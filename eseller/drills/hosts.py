"""Hosts of a rehearsal on one machine: network namespaces on a bridge, of which each can be cut off."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import ClassVar

import msgspec

from eseller.cluster.local.layout import LocalCluster, Node, Passwords
from eseller.kernel.errors import EsellerError

SECONDS = 10
_ETCD, _ETCD_PEER, _POSTGRES, _PATRONI, _AGENT = 2379, 2380, 5432, 8008, 8009


class NoHosts(EsellerError):
    """Network namespaces can't be made here. It takes root, and Debian's iproute2."""

    code = "rehearsal_hosts"


class Hosts(msgspec.Struct, frozen=True):
    """Some hosts, and ourselves at the address ending in 1.

    Attributes:
        mark: what the names of their devices begin with.
        network: the first three numbers of their addresses.
        count: how many.
    """

    mark: str
    network: str
    count: int

    def namespace(self, number: int) -> str:
        """The namespace of a host, counted from 1."""
        return f"{self.mark}n{number}"

    def address(self, number: int) -> str:
        """Its address; that of number 0 is ours, and so is that of the lock service."""
        last = {0: 1, self.LOCKS: 2}.get(number, number + 10)
        return f"{self.network}.{last}"

    LOCKS: ClassVar[int] = -1
    """Where the lock service is: another address of ours."""

    def cut(self, number: int) -> None:
        """Cut a host off from all others, and from us."""
        _ip("link", "set", f"{self.mark}v{number}", "down")

    def mend(self, number: int) -> None:
        """Connect it again."""
        _ip("link", "set", f"{self.mark}v{number}", "up")

    @contextmanager
    def unheard(self, number: int, by: Sequence[int]) -> Iterator[None]:
        """Have a host reach some others no more for as long as the block runs, though they reach it."""
        others = [self.address(other) for other in by if other != number]
        for address in others:
            _ip("-n", self.namespace(number), "route", "add", "blackhole", f"{address}/32")
        try:
            yield
        finally:
            for address in others:
                _ip("-n", self.namespace(number), "route", "delete", "blackhole", f"{address}/32")

    @contextmanager
    def unseen(self, number: int) -> Iterator[None]:
        """Have no host reach one for as long as the block runs, though it sends to all."""
        with ExitStack() as stack:
            for other in range(1, self.count + 1):
                stack.enter_context(self.unheard(other, [number]))
            yield

    def cluster(self) -> LocalCluster:
        """A local cluster with a node on each; etcd is with us."""
        nodes = tuple(
            Node(f"node{n}", self.address(n), _POSTGRES, _PATRONI, _AGENT, self.namespace(n))
            for n in range(1, self.count + 1)
        )
        return LocalCluster(nodes, self.address(self.LOCKS), _ETCD, _ETCD_PEER, Passwords.make())


@contextmanager
def hosts(count: int) -> Iterator[Hosts]:
    """Make hosts, and take them away afterwards.

    Raises:
        NoHosts: they can't be made.
    """
    if os.geteuid() != 0:
        raise NoHosts
    made = Hosts(f"es{secrets.token_hex(2)}", f"10.203.{secrets.randbelow(250)}", count)
    bridge = f"{made.mark}b"
    try:
        _ip("link", "add", bridge, "type", "bridge")
        _ip("address", "add", f"{made.address(0)}/24", "dev", bridge)
        _ip("address", "add", f"{made.address(made.LOCKS)}/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        for number in range(1, count + 1):
            namespace, cable = made.namespace(number), f"{made.mark}v{number}"
            _ip("netns", "add", namespace)
            _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", namespace)
            _ip("link", "set", cable, "master", bridge, "up")
            _ip("-n", namespace, "address", "add", f"{made.address(number)}/24", "dev", "eth0")
            _ip("-n", namespace, "link", "set", "lo", "up")
            _ip("-n", namespace, "link", "set", "eth0", "up")
        yield made
    finally:
        for number in range(1, count + 1):
            with suppress(NoHosts):
                _ip("netns", "delete", made.namespace(number))
        with suppress(NoHosts):
            _ip("link", "delete", bridge)


def _ip(*arguments: str) -> None:
    try:
        subprocess.run(["/usr/sbin/ip", *arguments], capture_output=True, text=True, check=True, timeout=SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", "") or error
        raise NoHosts(f"{NoHosts.__doc__} ip {' '.join(arguments)}: {told}") from error
