"""How one setting is declared, read from text and refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eseller.resilience.cache.address import CacheAddress
from eseller.resilience.control.signing import read_keys

SHORTEST_SECRET = 32
CONFIG_VARIABLE = "ESELLER_CONFIG"
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that is wrong with the settings, and what to do about it.

    Attributes:
        code: ``E…`` stops the start, ``W…`` is only told.
        setting: Name of the variable.
        message: What is wrong.
        remedy: What to do.
    """

    code: str
    setting: str
    message: str
    remedy: str

    @property
    def stops(self) -> bool:
        """Whether nothing may start with it."""
        return self.code.startswith("E")

    def __str__(self) -> str:
        return f"{self.code} {self.setting}: {self.message} {self.remedy}"


class BadEnvironment(ValueError):
    """The settings are wrong; ``problems`` tells all of it at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class Unreadable(ValueError):
    """One value can't be read; ``code`` numbers the kind of mistake."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy = code, message, remedy


@dataclass(frozen=True, kw_only=True)
class Description:
    """What the documentation says of one setting.

    Attributes:
        variable: Name in the environment.
        doc: What it is for.
        example: A value that makes sense.
        read: Makes the value of the text; raises `Unreadable`.
        default_text: The default in words, where it isn't a plain value.
        secret: Whether the value must not be shown.
    """

    variable: str
    doc: str
    example: str
    read: Callable[[str], Any]
    default_text: str = ""
    secret: bool = False


def setting(
    variable: str,
    default: Any,
    doc: str,
    *,
    example: str,
    read: Callable[[str], Any],
    default_text: str = "",
    secret: bool = False,
) -> Any:
    """Declare a field of the environment together with its documentation."""
    description = Description(
        variable=variable, doc=doc, example=example, read=read, default_text=default_text, secret=secret
    )
    return dataclasses.field(default=default, metadata={"setting": description}, repr=not secret)


def text(value: str) -> str:
    """Any text without control characters, at most 2,000 characters."""
    if len(value) > 2000 or not value.isprintable():
        raise Unreadable("E001", "is no plain line of text.", "Give one line without control characters.")
    return value


def truth(value: str) -> bool:
    """``1``/``true``/``yes``/``on`` or ``0``/``false``/``no``/``off``."""
    word = value.lower()
    if word in TRUE_WORDS or word in FALSE_WORDS:
        return word in TRUE_WORDS
    raise Unreadable("E001", f"{value!r} is neither yes nor no.", "Write true or false.")


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """A reader of whole numbers within bounds, both included."""

    def read(value: str) -> int:
        if not (value.isascii() and value.isdigit()):
            raise Unreadable("E001", f"{value!r} is no whole number.", f"Give one of {lowest} to {highest}.")
        number = int(value[:12])
        if not lowest <= number <= highest:
            raise Unreadable("E002", f"{value} is out of range.", f"Give one of {lowest} to {highest}.")
        return number

    return read


port_number = whole(1, 65535)


def choice(*words: str) -> Callable[[str], str]:
    """A reader of one of some words."""

    def read(value: str) -> str:
        if value not in words:
            raise Unreadable("E002", f"{value!r} is unknown.", f"Give one of {', '.join(words)}.")
        return value

    return read


def folder(value: str) -> Path:
    """An absolute directory; ``~`` and relative names are resolved."""
    return Path(text(value)).expanduser().absolute()


def folder_or_none(value: str) -> Path | None:
    """A directory, or none when the text is empty."""
    return folder(value) if value else None


def host_name(value: str) -> str:
    """A host name as browsers send it, without a port; empty switches off what it is for."""
    name = value.lower().rstrip(".")
    if any(not (c.isascii() and (c.isalnum() or c in "-.")) for c in name) or len(name) > 253:
        raise Unreadable("E001", f"{value!r} is no host name.", "Give a name without a port.")
    return name


def control_keys(value: str) -> str:
    """One or two keys of control calls as ``NAME:HEX``, with a comma between; empty is allowed."""
    try:
        read_keys(value)
    except ValueError as error:
        remedy = "Give NAME:HEX, HEX being the output of: openssl rand -hex 32; two of them with a comma between."
        raise Unreadable("E016", f"{error}.", remedy) from error
    return value


def url(*schemes: str) -> Callable[[str], str]:
    """A reader of addresses with one of some schemes; empty is allowed."""

    def read(value: str) -> str:
        if value and not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
            beginnings = " or ".join(f"{scheme}://" for scheme in schemes)
            raise Unreadable("E005", "is no address of the right kind.", f"It must begin with {beginnings}.")
        return text(value)

    return read


def patroni_urls(value: str) -> str:
    """Addresses of Patroni's REST API with commas between; empty is allowed."""
    for one in value.split(",") if value else ():
        url("http", "https")(one or "nothing")
    return text(value)


def addresses(value: str) -> str:
    """Hosts and ports as ``HOST:PORT`` with commas between; empty is allowed. See `split_addresses`."""
    for one in value.split(",") if value else ():
        host, _, port = one.strip().rpartition(":")
        if not host_name(host) or not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 2**16):
            raise Unreadable("E001", f"{one[:80]!r} is no HOST:PORT.", "Give some such as 10.0.0.5:8100,10.0.0.5:8101")
    return text(value)


def split_addresses(value: str) -> list[tuple[str, int]]:
    """The hosts and ports of a list that `addresses` has read."""
    found = (one.strip().rpartition(":") for one in value.split(",") if one.strip())
    return [(host, int(port)) for host, _, port in found]


def cache_url(value: str) -> str:
    """The address of a caching server; empty is allowed."""
    try:
        if value:
            CacheAddress.parse(value)
    except ValueError as error:
        remedy = "Give redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss:// for TLS."
        raise Unreadable("E005", "is no address of a caching server.", remedy) from error
    return text(value)


def cache_prefix(value: str) -> str:
    """What keys begin with: 1 to 64 printable ASCII characters without blanks."""
    if not (1 <= len(value) <= 64 and value.isascii() and value.isprintable() and " " not in value):
        raise Unreadable("E001", f"{value[:80]!r} is no prefix of keys.", "Give a short word such as eseller:")
    return value
