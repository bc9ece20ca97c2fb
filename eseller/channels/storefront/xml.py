"""Text that may stand in XML."""

import re
from xml.sax.saxutils import escape, quoteattr

# What XML 1.0 cannot hold in any spelling.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: str) -> str:
    """Return a text as the content of an element."""
    return escape(_FORBIDDEN.sub("", value))


def attribute(value: str) -> str:
    """Return a text as an attribute, in quotes."""
    return quoteattr(_FORBIDDEN.sub("", value))


def element(name: str, value: str | None) -> str:
    """Return an element with a text in it; nothing where there is none."""
    return f"<{name}>{text(value)}</{name}>\n" if value else ""
