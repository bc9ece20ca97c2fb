"""Pure rules of products: their limits, GTINs, addresses."""

import re
import unicodedata

from eseller.commerce.catalog.models import SLUG

MAX_TAGS = 100
MAX_OPTIONS = 3
MAX_VALUES = 250
MAX_VARIANTS = 2048
MAX_IMAGES = 250
MAX_CATEGORIES = 50
MAX_CATEGORY_DEPTH = 5
MAX_WEIGHT_G = 10_000_000
MAX_ON_HAND = 1_000_000_000

_ASCII = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "&": " "})


def is_slug(text: str) -> bool:
    """Tell whether a text can be the last part of an address."""
    return re.fullmatch(SLUG.strip("^$"), text) is not None


def slug_from(title: str, *, longest: int = 120) -> str:
    """Return an address made of a title, or an empty text where it holds no Latin letter or digit."""
    plain = unicodedata.normalize("NFKD", title.lower().translate(_ASCII)).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:longest].strip("-")


def is_gtin(text: str) -> bool:
    """Tell whether a text is a GTIN of 8, 12, 13 or 14 digits with the right check digit (EAN, UPC)."""
    if not re.fullmatch("[0-9]{8}|[0-9]{12,14}", text):
        return False
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(text[:-1])))
    return (weighted + int(text[-1])) % 10 == 0
