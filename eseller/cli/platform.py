"""``eseller platform``: what all shops share besides VAT: settings, words in mails, exchange rates."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import typer

from eseller.cli import panels
from eseller.cli.shop import ACTOR, AsJson, platform

_RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
SOON = "Every process follows within two seconds."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Settings, words in mails and exchange rates that all shops share.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("set")(set_)
    group.command("text")(text)
    group.command("rate")(rate)
    app.add_typer(group, name="platform", rich_help_panel=panels.OPERATOR)


def list_(as_json: AsJson = False) -> None:
    """List what is set."""
    with platform():
        told = _all()
    if as_json:
        typer.echo(json.dumps(told))
        return
    for setting in told["settings"]:
        typer.echo(f"{setting['key']:20} {json.dumps(setting['value'], ensure_ascii=False)}")
    for words in told["texts"]:
        typer.echo(f"{words['name']:17} {words['language']} {words['body']}")
    for one in told["rates"]:
        typer.echo(f"1 {one['base']} = {one['rate']} {one['currency']} on {one['quoted_on']}")


def set_(
    key: Annotated[str, typer.Argument(metavar="SETTING", help="Its name, as the list shows it.")],
    value: Annotated[str, typer.Argument(metavar="JSON", help='Such as false, or {"en": "Words"}; null: as without.')],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the journal.")] = "changed by hand",
    seconds: Annotated[
        int, typer.Option("--seconds", min=1, max=600, help="How long one process tries what only traffic can show.")
    ] = 60,
    least: Annotated[int, typer.Option("--least", min=0, help="Requests that it must answer meanwhile.")] = 50,
    force: Annotated[bool, typer.Option("--force", help="For all at once, whatever rules say.")] = False,
    as_json: AsJson = False,
) -> None:
    """Change a setting of all shops. What concerns caches is tried by one process first, and goes back if it is worse.

    Exit codes: 0 set, 1 refused or taken back, 2 wrong use.
    """
    try:
        wanted = json.loads(value)
    except ValueError as error:
        raise typer.BadParameter(f"This is no JSON: {error}.", param_hint="JSON") from error
    with platform():
        from eseller.config.environment import environment
        from eseller.node.changing_settings import change_settings, set_now
        from eseller.resilience.rollout.decide import State
        from eseller.tenancy.actions.set_platform_setting import set_platform_setting
        from eseller.tenancy.platform_settings import TUNING

        before = set_now().get(key)
        if key in TUNING:
            if not as_json:
                typer.echo(f"{key}: {json.dumps(before)} → {json.dumps(wanted)}")
            outcome = change_settings(
                environment(), {key: wanted}, by=ACTOR, reason=reason, seconds=seconds, least=least, force=force
            )
            state, why = outcome.state, outcome.reason
        else:
            set_platform_setting(key=key, value=wanted, actor=ACTOR)
            state, why = State.TAKEN, "tried on pages before any process takes it"
    told = {"key": key, "before": before, "value": wanted, "state": state, "reason": why}
    sentence = f"{key} is set: {why}. {SOON}" if state is State.TAKEN else f"{key} is not set: {why}"
    typer.echo(json.dumps(told) if as_json else sentence)
    if state is not State.TAKEN:
        raise typer.Exit(1)


def text(
    name: Annotated[str, typer.Argument(metavar="TEXT", help="Such as footer: the last words of every mail.")],
    language: Annotated[str, typer.Argument(help="Such as da.")],
    body: Annotated[str, typer.Argument(help="One line; {shop} and {url} are filled in. Empty takes it away.")],
    as_json: AsJson = False,
) -> None:
    """Write words that stand in all shops' mails."""
    with platform():
        from eseller.services.actions.set_mail_text import set_mail_text

        set_mail_text(name=name, language=language, body=body, actor=ACTOR)
    told = {"name": name, "language": language, "body": body}
    typer.echo(json.dumps(told) if as_json else f"{name} is written. {SOON}")


def rate(
    base: Annotated[str, typer.Argument(help="The one currency, such as DKK.")],
    currency: Annotated[str, typer.Argument(help="The other, such as EUR.")],
    value: Annotated[str, typer.Argument(metavar="RATE", help="What one unit of the one is, such as 0.134046.")],
    day: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Its day; today.")] = None,
    as_json: AsJson = False,
) -> None:
    """Set an exchange rate."""
    if not _RATE.fullmatch(value):
        raise typer.BadParameter("A rate is such as 0.134046.", param_hint="RATE")
    quoted_on = (day or datetime.now(UTC)).date()
    with platform():
        from eseller.commerce.pricing.actions.set_exchange_rate import set_exchange_rate

        set_exchange_rate(base=base, currency=currency, rate=Decimal(value), quoted_on=quoted_on, actor=ACTOR)
    told = {"base": base, "currency": currency, "rate": value, "quoted_on": quoted_on.isoformat()}
    typer.echo(json.dumps(told) if as_json else f"1 {base} is {value} {currency}. {SOON}")


def _all() -> dict[str, list[dict[str, Any]]]:
    import msgspec

    from eseller.commerce.pricing.models import ExchangeRate
    from eseller.services.models import MailText
    from eseller.tenancy.models import PlatformSetting
    from eseller.tenancy.platform_settings import DEFAULTS
    from eseller.tenancy.scope import PLATFORM, platform_transaction

    with platform_transaction(actor=ACTOR):
        given = dict(PlatformSetting.objects.using(PLATFORM).values_list("key", "value"))
        texts = list(MailText.objects.using(PLATFORM).order_by("name", "language").values("name", "language", "body"))
        rates = list(ExchangeRate.objects.using(PLATFORM).order_by("base", "currency"))
    held = msgspec.to_builtins(DEFAULTS) | given
    return {
        "settings": [{"key": key, "value": value} for key, value in held.items()],
        "texts": [dict(one) for one in texts],
        "rates": [
            {
                "base": one.base,
                "currency": one.currency,
                "rate": str((Decimal(one.rate_e9) / 10**9).normalize()),
                "quoted_on": one.quoted_on.isoformat(),
            }
            for one in rates
        ],
    }
