"""Texts as they are stored: without what nobody can see or means."""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
"""Control characters, half surrogates, and marks that turn the direction of text around."""


def line(text: str) -> str:
    """Return one line: no control characters, single spaces, composed characters."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def block(text: str) -> str:
    """Return lines of text, as in Markdown: line feeds and indentation stay, other control characters go."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(row.rstrip() for row in _INVISIBLE.sub("", plain).split("\n")).strip("\n")
