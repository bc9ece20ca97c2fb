"""``eseller shop``: shops, their addresses and their people."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eseller.cli import panels

if TYPE_CHECKING:
    from eseller.tenancy.models import User

ACTOR = "operator"
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
ShopName = Annotated[str, typer.Argument(metavar="SHOP", help="Short name of the shop.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Shops, their addresses and their people.", no_args_is_help=True)
    group.command("create")(create)
    group.command("list")(list_)
    group.command("test")(for_purchases)
    domain = typer.Typer(help="The addresses at which a shop answers.", no_args_is_help=True)
    domain.command("add")(domain_add)
    domain.callback()(_domain)
    member = typer.Typer(help="The people of a shop.", no_args_is_help=True)
    member.command("add")(member_add)
    member.callback()(_member)
    group.add_typer(domain, name="domain")
    group.add_typer(member, name="member")
    app.add_typer(group, name="shop", rich_help_panel=panels.MERCHANT)


def _domain() -> None:
    """The addresses at which a shop answers."""


def _member() -> None:
    """The people of a shop."""


def create(
    slug: Annotated[str, typer.Argument(metavar="SHOP", help="Short name: small letters, digits, hyphens.")],
    owner: Annotated[str, typer.Option("--owner", help="E-mail of the person who owns it.")],
    name: Annotated[str, typer.Option("--name", help="What it is called.")],
    country: Annotated[str, typer.Option("--country", help="Where it sells from, such as DK.")] = "DK",
    currency: Annotated[str, typer.Option("--currency", help="Of its prices, such as DKK.")] = "DKK",
    language: Annotated[
        list[str] | None, typer.Option("--language", help="The main one first; several times for more.")
    ] = None,
    delivers_to: Annotated[
        list[str] | None, typer.Option("--delivers-to", help="Country delivered to; several times for more.")
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Its address; SHOP.localhost unless given.")] = "",
    without_vat: Annotated[bool, typer.Option("--prices-without-vat", help="Prices are entered without VAT.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open a shop. Somebody new gets a link to choose a password, which is printed."""
    with platform():
        from eseller.tenancy.actions.create_shop import create_shop
        from eseller.tenancy.actions.drafts import ShopDraft, ShopSettings

        languages = tuple(language or ["en"])
        draft = ShopDraft(
            slug=slug,
            country=country,
            currency=currency,
            host=host or f"{slug}.localhost",
            settings=ShopSettings(
                name=name,
                contact_email=owner,
                languages=languages,
                default_language=languages[0],
                sells_to=tuple(delivers_to or [country]),
                prices_include_vat=not without_vat,
            ),
        )
        shop_id = create_shop(draft=draft, owner_id=None, actor=ACTOR)
        told = {"shop": slug, "id": shop_id, "host": draft.host, **_add(shop_id, owner, "", "owner", languages[0])}
        taxed = _has_vat_rates(country)
    _tell(told, as_json, f"{name} is open at {draft.host}.")
    if not taxed:
        warning = f"It cannot sell yet: {country} has no VAT rates. Run: eseller vat set {country} standard RATE"
        typer.secho(warning, fg=typer.colors.YELLOW, err=True)


def for_purchases(
    host: Annotated[str, typer.Option("--host", help="Of its own; nobody is told of it.")] = "test-purchases.localhost",
    country: Annotated[str, typer.Option("--country", help="Where it sells, which has VAT rates.")] = "DK",
    currency: Annotated[str, typer.Option("--currency", help="Of its price.")] = "DKK",
) -> None:
    """Make the hidden shop in which the watch buys something once a minute; prints the setting that has it do so."""
    with platform():
        from eseller.config.environment import environment
        from eseller.node.test_shop import make_test_shop

        path = make_test_shop(host=host, country=country, currency=currency, actor=ACTOR)
        typer.echo(f"ESELLER_PURCHASE_URL={environment().link(host, path)}")


def list_(as_json: AsJson = False) -> None:
    """List the shops with their addresses and how many people work there."""
    with platform():
        rows = _shops()
    if as_json:
        typer.echo(json.dumps({"shops": rows}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Shop", "Name", "State", "Address", "People", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row["shop"], row["name"], row["state"], row["host"], str(row["people"]))
    Console().print(table)


def domain_add(
    shop: ShopName,
    host: Annotated[str, typer.Argument(help="Exact host name, such as shop.example.com.")],
    as_json: AsJson = False,
) -> None:
    """Let a shop answer at one more address."""
    with platform():
        from eseller.tenancy.actions.add_domain import add_domain

        number = add_domain(shop_id=_find(shop), host=host, actor=ACTOR)
    _tell({"shop": shop, "domain": number, "host": host}, as_json, f"{shop} answers at {host} as well.")


def member_add(
    shop: ShopName,
    email: Annotated[str, typer.Argument(help="The person's e-mail.")],
    role: Annotated[str, typer.Option("--role", help="owner, manager, clerk or reader.")] = "clerk",
    name: Annotated[str, typer.Option("--name", help="What to call somebody new.")] = "",
    language: Annotated[str, typer.Option("--language", help="Language of somebody new.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Make a person a member. Somebody new gets a link to choose a password, which is printed."""
    with platform():
        told = {"shop": shop, **_add(_find(shop), email, name, role, language)}
    _tell(told, as_json, f"{email} works in {shop} as {role}.")


@contextlib.contextmanager
def platform() -> Iterator[None]:
    """A database that runs, and Django on top of it."""
    from eseller.config.environment import environment
    from eseller.node.database import running_database

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")
    import django

    with running_database(environment()):
        django.setup()
        yield


def _add(shop_id: int, email: str, name: str, role: str, language: str) -> dict[str, Any]:
    """Make a person a member and say by which link they come in."""
    from eseller.channels.backoffice.links import Purpose, absolute, password_link
    from eseller.tenancy.actions.invite_member import invite_member
    from eseller.tenancy.models import User

    invited = invite_member(shop_id=shop_id, email=email, name=name, role=role, language=language, actor=ACTOR)
    user: User = User.objects.get(pk=invited.user_id)
    link = password_link(user, Purpose.INVITATION) if invited.needs_password else absolute("/")
    return {"member": invited.email, "role": role, "needs_password": invited.needs_password, "link": link}


def _has_vat_rates(country: str) -> bool:
    from eseller.commerce.pricing.models import VatRate
    from eseller.tenancy.scope import PLATFORM, platform_transaction

    with platform_transaction(actor=ACTOR):
        return VatRate.objects.using(PLATFORM).filter(country=country).exists()


def _find(slug: str) -> int:
    from eseller.tenancy.models import Shop
    from eseller.tenancy.scope import PLATFORM, platform_transaction

    with platform_transaction(actor=ACTOR):
        found = Shop.objects.using(PLATFORM).filter(slug=slug).values_list("pk", flat=True).first()
    if found is None:
        raise typer.BadParameter(f"There is no shop “{slug}”.")
    return int(found)


def _shops() -> list[dict[str, Any]]:
    from django.db import connections

    from eseller.tenancy.scope import PLATFORM, platform_transaction

    query = (
        "SELECT s.slug, s.name, s.state, coalesce((SELECT d.host FROM tenancy_domain d WHERE d.shop_id = s.id "
        "ORDER BY d.is_primary DESC, d.id LIMIT 1), ''), "
        "(SELECT count(*) FROM tenancy_membership m WHERE m.shop_id = s.id) FROM tenancy_shop s ORDER BY s.slug"
    )
    with platform_transaction(actor=ACTOR), connections[PLATFORM].cursor() as cursor:
        cursor.execute(query)
        return [dict(zip(("shop", "name", "state", "host", "people"), row, strict=True)) for row in cursor.fetchall()]


def _tell(told: dict[str, Any], as_json: bool, sentence: str) -> None:
    if as_json:
        typer.echo(json.dumps(told))
        return
    typer.echo(sentence)
    if told.get("needs_password"):
        typer.echo(f"{told['member']} chooses a password here, once, within three days:\n{told['link']}")
