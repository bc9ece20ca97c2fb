"""Inviting, promoting and removing people."""

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from eseller.tenancy import queries
from eseller.tenancy.actions.change_role import change_role
from eseller.tenancy.actions.errors import AlreadyMember, InvalidMember, LastOwner, UnknownMember
from eseller.tenancy.actions.invite_member import invite_member
from eseller.tenancy.actions.remove_member import remove_member
from eseller.tenancy.actions.set_password import set_password
from eseller.tenancy.models import User
from eseller.tenancy.scope import shop_transaction
from tests.factories import make_member, make_user


def invite(shop: Any, email: str, role: str = "clerk") -> Any:
    return invite_member(shop_id=shop.pk, email=email, name="Ny", role=role, language="da", actor="member:1")


def roles(shop: Any) -> dict[int, str]:
    with shop_transaction(shop.pk):
        return {member.user_id: member.role for member in queries.members()}


def test_somebody_new_waits_until_a_password_is_set(shop: Any) -> None:
    email = f"NEW-{shop.slug}@people.example"
    invited = invite(shop, email)
    assert (invited.email, invited.language, invited.needs_password) == (email.lower(), "da", True)
    with shop_transaction(shop.pk):
        assert [(m.user_id, m.waiting) for m in queries.members()] == [(invited.user_id, True)]
    set_password(user_id=invited.user_id, password="a long enough sentence", name="Ny Navn")
    with shop_transaction(shop.pk):
        assert [(m.name, m.waiting) for m in queries.members()] == [("Ny Navn", False)]


def test_somebody_known_keeps_name_and_password(make_shop: Any) -> None:
    shop, other = make_shop(), make_shop()
    person = make_member(other)
    invited = invite(shop, person.email)
    assert (invited.user_id, invited.needs_password) == (person.pk, False)
    person.refresh_from_db()
    assert person.name == "Pia Prøve"
    assert person.check_password("correct horse battery")
    with pytest.raises(AlreadyMember):
        invite(shop, person.email)


@pytest.mark.parametrize(("email", "role"), [("nobody", "clerk"), ("a@b.example", "king"), ("", "reader")])
def test_bad_invitations(shop: Any, email: str, role: str) -> None:
    with pytest.raises(InvalidMember):
        invite(shop, email, role)
    assert roles(shop) == {}


def test_the_last_owner_stays(shop: Any) -> None:
    owner = make_member(shop, "owner")
    clerk = make_member(shop, "clerk")
    with pytest.raises(LastOwner):
        remove_member(shop_id=shop.pk, user_id=owner.pk, actor="member:1")
    with pytest.raises(LastOwner):
        change_role(shop_id=shop.pk, user_id=owner.pk, role="manager", actor="member:1")
    invited = invite(shop, f"other-{shop.slug}@people.example", "owner")
    with pytest.raises(LastOwner):  # an invited owner cannot sign in yet
        remove_member(shop_id=shop.pk, user_id=owner.pk, actor="member:1")
    change_role(shop_id=shop.pk, user_id=clerk.pk, role="owner", actor="member:1")
    remove_member(shop_id=shop.pk, user_id=owner.pk, actor="member:1")
    assert roles(shop) == {clerk.pk: "owner", invited.user_id: "owner"}


def test_two_owners_cannot_remove_each_other_at_once(shop: Any) -> None:
    people = [make_member(shop, "owner"), make_member(shop, "owner")]
    start, refused = threading.Barrier(2), []

    def remove(user: User) -> None:
        start.wait()
        try:
            remove_member(shop_id=shop.pk, user_id=user.pk, actor="member:1")
        except LastOwner:
            refused.append(user.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=remove, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(roles(shop)) == refused
    assert len(refused) == 1


def test_another_shops_members_are_out_of_reach(make_shop: Any) -> None:
    mine, theirs = make_shop(), make_shop()
    make_member(mine)
    person = make_member(theirs, "clerk")
    with pytest.raises(UnknownMember):
        change_role(shop_id=mine.pk, user_id=person.pk, role="owner", actor="member:1")
    with pytest.raises(UnknownMember):
        remove_member(shop_id=mine.pk, user_id=person.pk, actor="member:1")
    assert roles(theirs) == {person.pk: "clerk"}


def test_weak_passwords_are_refused(db: None) -> None:
    person = make_user()
    for weak in ("short", "password123", person.email):
        with pytest.raises(ValidationError):
            set_password(user_id=person.pk, password=weak)
    person.refresh_from_db()
    assert person.check_password("correct horse battery")


def test_a_disabled_person_has_no_shops(shop: Any) -> None:
    person = make_member(shop)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert queries.member_shops(person.pk) == []
