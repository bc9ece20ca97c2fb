"""Change settings of the platform as an operator does: guarded, or forced with a reason that is written down."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from eseller.config.caching import cache_complaints
from eseller.config.environment import Environment
from eseller.node.settings_change import Counts, SettingsChange, Values, counts_at
from eseller.resilience.control.calling import call
from eseller.resilience.control.errors import UnknownKey
from eseller.resilience.control.signing import Key, read_keys
from eseller.resilience.rollout.decide import State
from eseller.resilience.rollout.journal import Journal
from eseller.resilience.rollout.runner import Outcome, roll_out


class WebProcess:
    """A web process of this node, reached at its private port."""

    def __init__(self, host: str, port: int, key: Key) -> None:
        """Reach it with a key that it knows."""
        self._host, self._port, self._key = host, port, key

    def counts(self) -> Counts:
        """What it has counted."""
        return counts_at(self._host, self._port)

    def tell(self, verb: str, arguments: Values) -> Mapping[str, Any]:
        """Make it do something."""
        return call(self._port, self._key, verb, arguments, host=self._host)


def web_processes(env: Environment) -> list[WebProcess]:
    """All web processes of this node.

    Raises:
        UnknownKey: there is no key to sign with.
    """
    keys = read_keys(env.control_keys)
    if not keys:
        raise UnknownKey("There is no key to sign with. Set ESELLER_CONTROL_KEYS, or run this where the secret is.")
    return [
        WebProcess(env.private_reached_at, env.private_port(index), keys[0]) for index in range(env.web_processes)
    ]


def set_now() -> dict[str, Any]:
    """Return the settings that are set, as JSON values."""
    from eseller.tenancy.models import PlatformSetting
    from eseller.tenancy.scope import PLATFORM, platform_transaction

    with platform_transaction(actor="operator"):
        return dict(PlatformSetting.objects.using(PLATFORM).values_list("key", "value"))


def change_settings(
    env: Environment,
    changed: Mapping[str, Any],
    *,
    by: str,
    reason: str,
    seconds: float = 60.0,
    least: int = 50,
    force: bool = False,
) -> Outcome:
    """Change settings; see ``settings_change.SettingsChange``. Call it when Django is set up.

    Args:
        env: the settings of the node.
        changed: by name, as JSON values; None lets what holds without it hold again.
        by: who does it.
        reason: why, for the journal.
        seconds: how long one process is compared with the rest.
        least: requests that it must have answered in that time.
        force: set them for all at once, whatever rules say. What that leads to is the operator's.

    Raises:
        InvalidPlatformSetting: there is no such setting, or it cannot have that value.
    """
    from eseller.tenancy.actions.set_platform_setting import check_platform_settings, set_platform_settings

    check_platform_settings(changed)
    journal = Journal(Path(env.data_dir) / "journal")
    before = set_now()

    def judge(after: Values) -> list[str]:
        return cache_complaints(env, after)

    def store(values: Values) -> None:
        set_platform_settings(values=values, actor=by)

    change = SettingsChange(
        before, changed, web_processes(env), judge=judge, store=store, seconds=seconds, least=least
    )
    if not force:
        return roll_out(change, journal, reason=f"{reason} ({by})", patience=seconds + 5.0)
    complaints = judge({**before, **changed})
    told = "; ".join(complaints) or "nothing speaks against it"
    evidence = {"before": {name: before.get(name) for name in changed}, "after": dict(changed), "rules": told}
    journal.write(change.name, State.TAKEN, f"forced by {by}: {reason}", msgspec.to_builtins(evidence))
    store(changed)
    return Outcome(State.TAKEN, f"forced; {told}")
