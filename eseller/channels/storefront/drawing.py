"""Parts of pages, drawn once and remembered.

A part is a macro whose output follows from its arguments and the active language alone. The arguments are frozen
records, so a part that is remembered is never out of date: another price makes another record, which is drawn anew.
What is read from the database is read for each page all the same.
"""

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from django.template import engines
from django.utils.translation import get_language
from markupsafe import Markup

SMALL_PARTS = 16_384
"""Cards and the like: about a kilobyte each."""
LARGE_PARTS = 1_024
"""The middle of a product's page: about twelve kilobytes each."""


def environment() -> Any:
    """Return the Jinja environment that Django built."""
    return engines["jinja2"].env  # type: ignore[attr-defined]


def drawn(template: str, macro: str, *values: Hashable) -> Markup:
    """Return what a macro of a template makes of some values, which are hashable and frozen."""
    return _small(get_language(), template, macro, values)


@lru_cache(maxsize=SMALL_PARTS)
def _small(_language: str | None, template: str, macro: str, values: tuple[Hashable, ...]) -> Markup:
    made: Markup = getattr(macros(template), macro)(*values)
    return made


@lru_cache(maxsize=64)
def macros(template: str) -> Any:
    """Return a template's macros; they know nothing of any page."""
    return environment().get_template(template).make_module()
