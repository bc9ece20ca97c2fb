"""The Jinja2 environment of all pages: Django's backend builds it, one for the process."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.templatetags import static as static_files
from django.urls import reverse
from django.utils import timezone, translation
from jinja2 import Environment, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from markupsafe import Markup

from eseller.kernel.money import Money
from eseller.ui import formats


def environment(**options: Any) -> Environment:
    """Build the environment; named in the OPTIONS of Django's Jinja2 backend, which adds the loader.

    Everything is escaped except text templates (``.txt``, for mails), and an unknown variable is an error, whatever
    the options say.
    """
    escape = select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True)
    options.update(autoescape=escape, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    options.setdefault("extensions", ["jinja2.ext.i18n", "jinja2.ext.do"])
    env = Environment(**options)  # noqa: S701  (autoescape is in the options)
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals.update(static=static, url=url, icon=icon, language=language)
    env.filters.update(
        money=_money, number=_number, percent=_percent, date=_date, datetime=_datetime, initials=formats.initials
    )
    return env


def language() -> str:
    """Return the code of the active language, such as ``da``."""
    return translation.get_language() or "en"


def url(name: str, /, **kwargs: Any) -> str:
    """Return the address of a named route in the URLconf that the middleware chose for this host."""
    return reverse(name, kwargs=kwargs or None)


@lru_cache(maxsize=1024)
def static(path: str) -> str:
    """Return the address of a static file. Which file has which hash is settled for the life of a process."""
    return static_files.static(path)


def icon(name: str, label: str | None = None) -> Markup:
    """Return an icon of the sprite; silent to screen readers unless it has a label."""
    return _icon(static("ui/icons.svg"), name, None if label is None else str(label))


@lru_cache(maxsize=1024)
def _icon(sprite: str, name: str, label: str | None) -> Markup:
    if label is None:
        return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(sprite, name)
    return Markup('<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>').format(label, sprite, name)


# Filters take the context only to say that they depend on it: otherwise Jinja computes {{ 0|money("EUR") }} once, when
# it compiles the template, in whatever language is active then.


@pass_context
def _money(_: Context, value: Money | tuple[int, str] | int, currency: str | None = None) -> str:
    if isinstance(value, int):
        if currency is None:
            raise TypeError("An amount needs its currency: {{ amount|money(currency) }}.")
        value = Money(value, currency)
    elif isinstance(value, tuple):
        value = Money(*value)
    return formats.money(value, language())


@pass_context
def _number(_: Context, value: int | float | Decimal, decimals: int | None = None) -> str:
    return formats.number(value, language(), decimals)


@pass_context
def _percent(_: Context, value: float | Decimal, decimals: int = 0) -> str:
    return formats.percent(value, language(), decimals)


@pass_context
def _date(_: Context, value: date | datetime, width: str = "medium") -> str:
    return formats.day(value, language(), timezone.get_current_timezone(), width)


@pass_context
def _datetime(_: Context, value: datetime, width: str = "medium") -> str:
    return formats.moment(value, language(), timezone.get_current_timezone(), width)
