"""Opening shops, their settings and their addresses."""

from typing import Any

import msgspec
import pytest

from eseller.tenancy import queries
from eseller.tenancy.actions.add_domain import add_domain
from eseller.tenancy.actions.create_shop import create_shop
from eseller.tenancy.actions.drafts import ShopDraft, ShopSettings
from eseller.tenancy.actions.errors import (
    HostTaken,
    InvalidHost,
    InvalidShop,
    PrimaryDomain,
    SlugTaken,
    UnknownDomain,
)
from eseller.tenancy.actions.remove_domain import remove_domain
from eseller.tenancy.actions.set_primary_domain import set_primary_domain
from eseller.tenancy.actions.update_settings import update_settings
from eseller.tenancy.hosts import Theme, shop_info
from eseller.tenancy.scope import shop_transaction
from tests.factories import make_user

SETTINGS = ShopSettings(
    name="Kiln", contact_email="hello@kiln.example", languages=("da", "en"), default_language="da", sells_to=("DK",)
)


def draft(name: str, **changes: Any) -> ShopDraft:
    base = ShopDraft(slug=name, country="DK", currency="DKK", host=f"{name}.localhost", settings=SETTINGS)
    return msgspec.structs.replace(base, **changes)


@pytest.fixture
def slug(shop: Any) -> str:
    return f"new-{shop.slug}"


def test_a_new_shop_answers_and_has_an_owner(slug: str) -> None:
    owner = make_user()
    shop_id = create_shop(draft=draft(slug), owner_id=owner.pk, actor="cli")
    assert [(s.shop_id, s.role) for s in queries.member_shops(owner.pk)] == [(shop_id, "owner")]
    with shop_transaction(shop_id):
        info = shop_info(shop_id)
        assert (info.name, info.primary_host, info.languages) == ("Kiln", f"{slug}.localhost", ["da", "en"])
        assert queries.history()[0].actor == "cli"


def test_a_short_name_and_a_host_belong_to_one_shop(slug: str) -> None:
    create_shop(draft=draft(slug), owner_id=None, actor="cli")
    with pytest.raises(SlugTaken):
        create_shop(draft=draft(slug, host=f"other-{slug}.localhost"), owner_id=None, actor="cli")
    with pytest.raises(HostTaken):
        create_shop(draft=draft(f"other-{slug}", host=f"{slug.upper()}.localhost"), owner_id=None, actor="cli")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("slug", {"slug": "Två"}),
        ("country", {"country": "XX"}),
        ("currency", {"currency": "XTS"}),
        ("default_language", {"settings": msgspec.structs.replace(SETTINGS, default_language="de")}),
        ("languages", {"settings": msgspec.structs.replace(SETTINGS, languages=("da", "xx"))}),
        ("sells_to", {"settings": msgspec.structs.replace(SETTINGS, sells_to=("DK", "QQ"))}),
        ("time_zone", {"settings": msgspec.structs.replace(SETTINGS, time_zone="../etc/passwd")}),
        ("brand", {"settings": msgspec.structs.replace(SETTINGS, theme=Theme(brand="red;}"))}),
        ("contact_email", {"settings": msgspec.structs.replace(SETTINGS, contact_email="nobody")}),
        ("reservation_minutes", {"settings": msgspec.structs.replace(SETTINGS, reservation_minutes=0)}),
        ("order_prefix", {"settings": msgspec.structs.replace(SETTINGS, order_prefix="a/b")}),
        ("name", {"settings": msgspec.structs.replace(SETTINGS, name=" ")}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(db: None, field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidShop) as caught:
        create_shop(draft=draft("never-made", **changes), owner_id=None, actor="cli")
    assert set(caught.value.problems) == {field}


def test_settings_change_and_history_tells_who(shop: Any) -> None:
    person = make_user(name="Mille Mæt")
    actor = f"member:{person.pk}"
    assert update_settings(shop_id=shop.pk, settings=SETTINGS, actor=actor)
    assert not update_settings(shop_id=shop.pk, settings=SETTINGS, actor=actor)
    with shop_transaction(shop.pk):
        assert shop_info(shop.pk).name == "Kiln"
        entry = queries.history({"tenancy_shop": [shop.pk]})[0]
    assert (entry.who, entry.operation) == ("Mille Mæt", "UPDATE")
    assert {"name", "languages"} <= {change.field for change in entry.changes}
    assert ("name", shop.name, "Kiln") in [(c.field, c.before, c.after) for c in entry.changes]


def test_another_shop_cannot_be_changed_or_seen(make_shop: Any) -> None:
    mine, theirs = make_shop(), make_shop()
    with shop_transaction(theirs.pk):
        foreign = queries.domains()[0]
    with pytest.raises(UnknownDomain):
        remove_domain(shop_id=mine.pk, domain_id=foreign.id, actor="member:1")
    with pytest.raises(UnknownDomain):
        set_primary_domain(shop_id=mine.pk, domain_id=foreign.id, actor="member:1")
    with shop_transaction(mine.pk):
        assert foreign.host not in [d.host for d in queries.domains()]
    with shop_transaction(theirs.pk):
        assert queries.domains() == [foreign]


def test_addresses_come_and_go(make_shop: Any) -> None:
    shop, other = make_shop(), make_shop()
    added = add_domain(shop_id=shop.pk, host=f"BLÅBÆR-{shop.slug}.example.dk.", actor="member:1")
    with shop_transaction(shop.pk):
        first, second = queries.domains()
    assert second.id == added
    assert second.host.startswith("xn--")
    for refused in (shop.pk, other.pk):
        with pytest.raises(HostTaken):
            add_domain(shop_id=refused, host=second.host, actor="member:1")
    with pytest.raises(PrimaryDomain):
        remove_domain(shop_id=shop.pk, domain_id=first.id, actor="member:1")
    set_primary_domain(shop_id=shop.pk, domain_id=second.id, actor="member:1")
    remove_domain(shop_id=shop.pk, domain_id=first.id, actor="member:1")
    with shop_transaction(shop.pk):
        assert [(d.id, d.is_primary) for d in queries.domains()] == [(second.id, True)]


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost",
        "*.example.com",
        "127.0.0.1",
        "[::1]",
        "a b.example",
        "http://x.example",
        "x.example/p",
        "x.example:80",
        "-x.example",
        "backoffice.localhost",
        "mailbox.localhost",
        "a" * 70 + ".example",
        "x..localhost",
        ".localhost",
        "ex\x00ample.com",
        "single",
    ],
)
def test_only_exact_public_hosts(shop: Any, host: str) -> None:
    with pytest.raises(InvalidHost):
        add_domain(shop_id=shop.pk, host=host, actor="member:1")
    with shop_transaction(shop.pk):
        assert len(queries.domains()) == 1
