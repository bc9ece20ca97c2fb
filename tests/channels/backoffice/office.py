"""A browser without a screen: signed in, at the back office's host, sending what a browser sends."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

from django.conf import settings
from django.db import connections
from django.test import Client

from tests.factories import make_member

HOST = settings.BACKOFFICE_HOST


class Browser(Client):
    """A client at the back office, checked for forgery like any browser."""

    def __init__(self, user: Any = None, *, host: str = HOST) -> None:
        """Sign a person in, if given."""
        super().__init__(enforce_csrf_checks=True, HTTP_HOST=host, HTTP_ORIGIN=f"http://{host}")
        if user is not None:
            self.force_login(user)

    def send(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        """Post a form with the token that belongs to the cookie."""
        if "csrftoken" not in self.cookies:
            self.cookies["csrftoken"] = secrets.token_hex(16)
        token = self.cookies["csrftoken"].value
        return self.post(path, {**(data or {}), "csrfmiddlewaretoken": token}, **more)


def browser_of(shop: Any, role: str = "owner") -> Browser:
    """Return the browser of a new member of a shop."""
    return Browser(make_member(shop, role))


def text_of(response: Any) -> str:
    """Return a page's words, without markup and with single spaces."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", response.content.decode())))


def fields_of(response: Any, form: str = "") -> dict[str, Any]:
    """Return what a browser would send if the page's form were sent as it is (buttons and files left out)."""
    markup = response.content.decode()
    if form:
        markup = markup[markup.index(form) :]
    markup = markup[: markup.index("</form>")] if "</form>" in markup else markup
    values: dict[str, list[str]] = {}
    for tag in re.finditer(r"<input\b[^>]*>|<select\b.*?</select>|<textarea\b.*?</textarea>", markup, re.S):
        name = _attribute(tag[0].split(">")[0], "name")
        if not name:
            continue
        values.setdefault(name, []).extend(_values(tag[0]))
    return {name: found if len(found) != 1 else found[0] for name, found in values.items() if found}


def _values(tag: str) -> list[str]:
    head = tag.split(">")[0]
    if tag.startswith("<textarea"):
        return [unescape(tag.split(">", 1)[1].rsplit("</textarea>", 1)[0]).removeprefix("\n")]
    if tag.startswith("<select"):
        chosen = [_attribute(option, "value") or "" for option in re.findall(r"<option\b[^>]*\bselected\b[^>]*>", tag)]
        return chosen or ([] if "multiple" in head else [_attribute(tag.split("<option", 1)[1], "value") or ""])
    kind = _attribute(head, "type")
    if kind in ("checkbox", "radio"):
        return [_attribute(head, "value") or "on"] if re.search(r"\bchecked\b", head) else []
    return [] if kind in ("file", "submit") else [_attribute(head, "value") or ""]


def _attribute(tag: str, name: str) -> str | None:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else None


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements of a block, besides transaction control and the shop setting."""
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "set_config" not in sql and not re.match(r"(SAVEPOINT|RELEASE|BEGIN|COMMIT|ROLLBACK)", sql):
            statements.append(sql)
        return execute(sql, params, many, context)

    with connections["default"].execute_wrapper(note), connections["platform"].execute_wrapper(note):
        yield statements
