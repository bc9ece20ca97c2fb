"""Operators for tests, and how they ask for pages."""

from __future__ import annotations

from typing import Any

import pyotp
from django.test import Client
from django.urls import reverse

from eseller.operations.console import credentials
from eseller.operations.console.models import Role

PASSWORD = "four words that fit"


class Somebody:
    """An operator with a phone whose clock can be put forward, since a code works once."""

    def __init__(self, name: str = "ada", role: Role = Role.OPERATOR) -> None:
        self.operator = credentials.add(name, role=role, by="test")
        token = credentials.setup_path(self.operator).split("/")[2]
        self.secret = credentials.by_link(token)[1]
        self.codes = credentials.set_up(token, password=PASSWORD, again=PASSWORD, code=self.code())
        self.token = token

    def code(self) -> str:
        return pyotp.TOTP(self.secret).now()

    def signed_in(self, **options: Any) -> Client:
        client = Client(**options)
        token, _ = credentials.sign_in(
            self.operator.name, password=PASSWORD, code=self.codes.pop(), client="192.0.2.1"
        )
        client.cookies["console"] = token
        return client


def get(client: Client, page: str, /, **kwargs: Any) -> Any:
    return client.get(reverse(f"console:{page}", kwargs=kwargs or None))


def post(client: Client, page: str, data: dict[str, Any], /, **kwargs: Any) -> Any:
    return client.post(reverse(f"console:{page}", kwargs=kwargs or None), data)
