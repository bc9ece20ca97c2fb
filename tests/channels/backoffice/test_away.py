"""While the database is away, as in a switchover, the back office says so, and not that something is broken."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from psycopg import errors

from eseller.channels.backoffice import problems


def answer_to(error: Exception, request: HttpRequest, cause: Exception | None = None) -> HttpResponse:
    """Answer as Django has us do it: where it caught the error."""
    try:
        raise error from cause  # noqa: TRY301  (it is caught as Django would)
    except Exception:
        return problems.failed(request)


@pytest.mark.parametrize(
    ("method", "language", "words"),
    [
        ("GET", "en", "Please try again in a few seconds."),
        ("POST", "en", "It is not known whether what you sent was saved."),
        ("POST", "da", "Det vides ikke, om det, du sendte, blev gemt."),
    ],
)
def test_a_database_that_is_away_is_told_of_as_such(method: str, language: str, words: str) -> None:
    request = RequestFactory().generic(method, "/", headers={"Accept-Language": language})
    response = answer_to(OperationalError("gone"), request, errors.AdminShutdown())
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert words in response.content.decode()


def test_a_fault_of_ours_is_told_of_as_such() -> None:
    response = answer_to(ValueError("ours"), RequestFactory().get("/", headers={"Accept-Language": "en"}))
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
