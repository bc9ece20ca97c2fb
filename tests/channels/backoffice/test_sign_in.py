"""Signing in and out, passwords by mail, language."""

import dataclasses
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import hashers
from django.test.utils import override_settings

from eseller.channels.backoffice.links import Purpose, password_link
from eseller.channels.backoffice.views import account
from eseller.kernel import clock
from eseller.services.models import OutboxMessage
from eseller.tenancy.models import User
from eseller.tenancy.scope import shop_transaction
from tests.channels.backoffice.office import Browser, text_of
from tests.factories import make_member, make_user

PASSWORD = "correct horse battery"


def sign_in(browser: Browser, user: Any, password: str = PASSWORD, **more: Any) -> Any:
    return browser.send("/sign-in", {"email": user.email, "password": password, **more})


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def mails(shop: Any) -> list[str]:
    with shop_transaction(shop.pk):
        return list(OutboxMessage.objects.values_list("kind", flat=True))


def test_signing_in_and_out(shop: Any) -> None:
    user, browser = make_member(shop), Browser()
    assert browser.get(f"/{shop.slug}/").headers["Location"] == f"/sign-in?next=/{shop.slug}/"
    answer = sign_in(browser, user, next=f"/{shop.slug}/orders")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/{shop.slug}/orders")
    assert browser.get(f"/{shop.slug}/staff").status_code == 200
    browser.send("/sign-out")
    assert browser.get(f"/{shop.slug}/staff").status_code == 302


def test_the_session_is_a_new_one_after_signing_in(shop: Any) -> None:
    user, browser = make_member(shop), Browser()
    browser.get("/sign-in")
    session = browser.session
    session["planted"] = "1"
    session.save()
    before = browser.cookies["sessionid"].value
    sign_in(browser, user)
    assert browser.cookies["sessionid"].value != before


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:x"]
)
def test_nobody_is_sent_elsewhere(shop: Any, target: str) -> None:
    assert sign_in(Browser(), make_member(shop), next=target).headers["Location"] == "/"


def test_unknown_and_known_e_mails_get_the_same_answer_for_the_same_work(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, ghost = make_member(shop), User(email=f"ghost-{shop.slug}@people.example")
    hashed: list[str] = []
    hasher = type(hashers.get_hasher())

    def noting(name: str) -> None:
        real = getattr(hasher, name)

        def noted(*args: Any, **kwargs: Any) -> Any:
            hashed.append(name)
            return real(*args, **kwargs)

        monkeypatch.setattr(hasher, name, noted)

    noting("encode")
    noting("verify")
    pages, work = [], []
    for person in (user, ghost):
        hashed.clear()
        answer = sign_in(Browser(), person, "a wrong password")
        assert answer.status_code == 422
        pages.append(text_of(answer))
        work.append(len(hashed))
    assert pages[0] == pages[1]
    assert work[0] == work[1] == 1


def test_too_many_attempts_are_refused_also_with_the_right_password(shop: Any) -> None:
    user = make_member(shop)
    for _attempt in range(10):
        sign_in(Browser(), user, "a wrong password")
    answer = sign_in(Browser(), user)
    assert answer.status_code == 429
    assert "Too many attempts" in text_of(answer)
    with clock.moved(timedelta(minutes=16)):
        assert sign_in(Browser(), user).status_code == 302


def test_behind_a_proxy_attempts_are_counted_by_who_made_them(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "PER_ADDRESS", 3)
    user, guesser, merchant = make_member(shop), f"2001:db8::{shop.pk:x}:1", f"2001:db8::{shop.pk:x}:2"

    def attempt(email: str, password: str, address: str) -> int:
        seen = f"198.51.100.1, {address}"  # before the address that the proxy saw stands what the client claims
        data = {"email": email, "password": password}
        return int(Browser().send("/sign-in", data, REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR=seen).status_code)

    with override_settings(ENV=dataclasses.replace(settings.ENV, production=True)):
        guesses = [attempt(f"ghost-{n}-{shop.slug}@people.example", "a wrong password", guesser) for n in range(4)]
        assert guesses == [422, 422, 422, 429]
        assert attempt(user.email, PASSWORD, merchant) == 302


def test_a_disabled_person_cannot_sign_in_or_stay(shop: Any) -> None:
    user = make_member(shop)
    browser = Browser(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert sign_in(Browser(), user).status_code == 422
    assert browser.get(f"/{shop.slug}/").status_code == 302


def test_a_form_from_another_site_or_without_token_signs_nobody_in(shop: Any) -> None:
    user, browser = make_member(shop), Browser()
    browser.get("/sign-in")
    data = {"email": user.email, "password": PASSWORD}
    assert browser.post("/sign-in", data).status_code == 403
    assert browser.send("/sign-in", data, HTTP_ORIGIN="http://evil.example").status_code == 403
    assert "_auth_user_id" not in browser.session


def test_a_password_is_set_by_a_link_that_works_once(shop: Any) -> None:
    user = make_member(shop)
    answer = Browser().send("/password/forgot", {"email": user.email.upper()})
    assert "on its way" in text_of(answer)
    assert mails(shop) == ["password_reset"]
    path = path_of(password_link(user, Purpose.RESET))
    browser = Browser()
    weak = browser.send(path, {"password": "short", "again": "short"})
    assert weak.status_code == 422
    new = {"password": "a new long sentence", "again": "a new long sentence"}
    assert browser.send(path, {**new, "again": "another sentence"}).status_code == 422
    assert browser.send(path, new).status_code == 302
    assert browser.get(f"/{shop.slug}/staff").status_code == 200
    assert Browser().get(path).status_code == 410
    assert sign_in(Browser(), user, "a new long sentence").status_code == 302
    assert sign_in(Browser(), user).status_code == 422


def test_setting_a_password_ends_other_sessions(shop: Any) -> None:
    user = make_member(shop)
    elsewhere = Browser(user)
    assert elsewhere.get(f"/{shop.slug}/staff").status_code == 200
    new = {"password": "a new long sentence", "again": "a new long sentence"}
    Browser().send(path_of(password_link(user, Purpose.RESET)), new)
    assert elsewhere.get(f"/{shop.slug}/staff").status_code == 302


def test_links_grow_old_and_are_for_one_purpose(shop: Any) -> None:
    user = make_member(shop)
    path = path_of(password_link(user, Purpose.RESET))
    assert Browser().get(path.replace("/password/set/", "/invitation/")).status_code == 410
    assert Browser().get(path[:-2] + "xx").status_code == 410
    with clock.moved(timedelta(minutes=61)):
        assert Browser().get(path).status_code == 410
    assert Browser().get(path).status_code == 200


def test_forgetting_tells_nothing_about_who_is_known(shop: Any) -> None:
    known = Browser().send("/password/forgot", {"email": make_member(shop).email})
    unknown = Browser().send("/password/forgot", {"email": f"ghost-{shop.slug}@people.example"})
    assert text_of(known) == text_of(unknown)
    assert mails(shop) == ["password_reset"]


def test_an_invitation_makes_a_login(shop: Any) -> None:
    boss = Browser(make_member(shop))
    email = f"new-{shop.slug}@people.example"
    answer = boss.send(f"/{shop.slug}/staff", {"email": email, "name": "Ny", "role": "clerk"})
    assert answer.status_code == 302
    assert mails(shop) == ["staff_invitation"]
    user = User.objects.get(email=email)
    path = path_of(password_link(user, Purpose.INVITATION))
    browser = Browser()
    new = {"name": "Ny Navn", "password": "a new long sentence", "again": "a new long sentence"}
    assert browser.send(path, new).status_code == 302
    assert browser.get(f"/{shop.slug}/orders").status_code == 200
    assert browser.get(f"/{shop.slug}/staff").status_code == 403
    assert Browser().get(path).status_code == 410


def test_the_mails_hold_working_links(shop: Any) -> None:
    from eseller.services.outbox import render_of
    from eseller.tenancy.hosts import shop_info

    user = make_member(shop)
    with shop_transaction(shop.pk):
        mail = render_of("password_reset")(shop_info(shop.pk), {"user_id": user.pk}, "en")
        assert mail is not None
        invited = render_of("staff_invitation")(shop_info(shop.pk), {"user_id": user.pk}, "en")
        assert invited is not None
        assert invited.values["url"].endswith(f"/{shop.slug}/")
        stranger = make_user()
        assert render_of("staff_invitation")(shop_info(shop.pk), {"user_id": stranger.pk}, "en") is None
    assert re.match(r"http://backoffice\.localhost:18000/password/set/", mail.values["url"])
    assert Browser().get(path_of(mail.values["url"])).status_code == 200


def test_the_language_is_the_persons(shop: Any) -> None:
    user = make_member(shop)
    browser = Browser(user)
    assert 'lang="en"' in browser.get(f"/{shop.slug}/staff").content.decode()
    browser.send("/language", {"language": "da", "next": f"/{shop.slug}/staff"})
    assert '<html lang="da"' in browser.get(f"/{shop.slug}/staff").content.decode()
    assert browser.send("/language", {"language": "xx"}).status_code == 404
    user.refresh_from_db()
    assert user.language == "da"


def test_pages_before_signing_in_speak_the_browsers_language() -> None:
    assert '<html lang="de"' in Browser().get("/sign-in", HTTP_ACCEPT_LANGUAGE="de-AT,de;q=0.9").content.decode()
