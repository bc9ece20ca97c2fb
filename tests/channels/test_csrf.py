"""A form without its token."""

from typing import Any

from django.test import Client

from tests.factories import make_member


def test_a_form_without_token_is_refused_in_our_own_look(shop: Any) -> None:
    member = make_member(shop)
    client = Client(enforce_csrf_checks=True, HTTP_HOST="backoffice.localhost")
    client.force_login(member)
    answer = client.post(f"/{shop.slug}/settings", {"name": "Taken over"}, HTTP_ORIGIN="http://backoffice.localhost")
    assert answer.status_code == 403
    assert b"<style" not in answer.content
    assert b"plain-code" in answer.content
    shop.refresh_from_db(using="platform")
    assert shop.name != "Taken over"
