"""Handles, Shopify's keys of products, and the slugs made of them."""

import hashlib
import re
import unicodedata

from eseller.commerce.catalog import clean

MAX_HANDLE = 255
MAX_SLUG = 200

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LETTERS = str.maketrans({
    "æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "œ": "oe", "đ": "d",
    "ð": "d", "þ": "th", "ł": "l", "ı": "i", "&": " and ",
})  # fmt: skip


def normalise_handle(value: str) -> str:
    """Return a handle as it is compared: cleaned, in small letters; one too long ends in a mark of the whole."""
    handle = clean.line(value).lower()
    return handle if len(handle) <= MAX_HANDLE else f"{handle[: MAX_HANDLE - 9]}-{_mark(handle)}"


def handle_from_title(title: str) -> str:
    """Return the handle that a product without one gets, empty when the title has no letters for it."""
    return _slugify(title)


def slug_from_handle(handle: str) -> str:
    """Return the slug for a normalised handle.

    A handle that is a slug stays as it is. Any other gets a short mark made of the handle, so that two
    handles never meet in one slug and the same handle always gets the same slug.
    """
    if len(handle) <= MAX_SLUG and _SLUG.fullmatch(handle):
        return handle
    return marked_slug(handle)


def marked_slug(handle: str) -> str:
    """Return a slug that is the handle's alone, also where the plain one is taken."""
    return f"{_slugify(handle)[: MAX_SLUG - 9].strip('-') or 'product'}-{_mark(handle)}"


def title_from_handle(handle: str) -> str:
    """Return a readable title for a product whose title got lost."""
    words = " ".join(re.split(r"[-_\s]+", handle)).strip()
    return words[:1].upper() + words[1:]


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _slugify(text: str) -> str:
    spelled = unicodedata.normalize("NFC", text).lower().translate(_LETTERS)
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:MAX_SLUG].strip("-")
