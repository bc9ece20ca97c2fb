"""A shop's style sheet, made of its theme and kept under an address that changes with it."""

import hashlib
from functools import lru_cache

import msgspec

from eseller.kernel.errors import EsellerError
from eseller.tenancy.hosts import Theme as Chosen
from eseller.ui.theme import Theme, theme_css


class Look(msgspec.Struct, frozen=True):
    """The style sheet and a short hash of it."""

    css: str
    version: str

    @property
    def path(self) -> str:
        """Its address, which may be kept for ever."""
        return f"/theme.css?v={self.version}"


@lru_cache(maxsize=1024)
def look(chosen: Chosen) -> Look:
    """Return a theme's style sheet; the standard look where the theme cannot be read, rather than no page."""
    try:
        css = theme_css(msgspec.convert(msgspec.to_builtins(chosen), Theme))
    except (msgspec.ValidationError, EsellerError):
        css = theme_css(Theme())
    return Look(css, hashlib.sha256(css.encode()).hexdigest()[:12])
