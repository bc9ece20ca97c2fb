"""Words in mails that operators write; snapshots bring them to every process, each tried by parsing it."""

import string
from collections.abc import Mapping
from typing import Any

from eseller.tenancy.snapshots import active

PLACEHOLDERS: Mapping[str, frozenset[str]] = {"footer": frozenset({"shop", "url"})}
"""The texts that there are, and what may stand in them in braces. ``footer``: the last words of every mail."""


def is_text(name: str) -> bool:
    """Tell whether there is such a text."""
    return name in PLACEHOLDERS


def is_body(name: str, body: str) -> bool:
    """Tell whether a text can be filled in: braces are in pairs, and hold nothing but names that are known."""
    try:
        parts = list(string.Formatter().parse(body))
    except ValueError:
        return False
    known = PLACEHOLDERS.get(name, frozenset())
    return all(field is None or (field in known and not form and not how) for _text, field, form, how in parts)


def text(name: str, language: str, **values: Any) -> str:
    """Return a text with its names filled in; empty where operators have written none in that language."""
    snapshot = active.current()
    bodies: Mapping[tuple[str, str], str] = (snapshot.part("mailtexts") if snapshot is not None else None) or {}
    return bodies.get((name, language), "").format_map(values)
