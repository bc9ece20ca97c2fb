"""What is wrong, by what processes have said and since when they have said nothing. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from eseller.operations.watch.burn import COMPONENT, SHOP, SUDDEN, Burn, Severity, burning
from eseller.operations.watch.latency import Slower
from eseller.operations.watch.readings import Reading
from eseller.operations.watch.series import Count

SILENT_SECONDS, UNHEARD_SECONDS = 3.0, 1.5
"""Without a word from one that has answered before, and from one that never has."""
UNWELL_SECONDS, GRAVE = 15.0, "database:"
"""A warning that must last for so long; of the database there are none that must not be told at once."""
BEGUN_ANEW_SECONDS = 300.0
"""For so long it is told that a process began anew by itself."""
OBJECTIVE, PROMPT_OBJECTIVE = 0.999, 0.99
"""Shares of requests that shall be answered without an error, and promptly."""
PROMPT_SECONDS = 0.5
LEAST, LEAST_OF_A_SHOP = 10.0, 10.0
Over = Callable[[float], Count]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong.

    Attributes:
        key: the same for the same trouble, however often it is found.
        severity: how soon somebody must look.
        title: what is wrong, in a sentence.
        component: what it is about: a site, or the kind of a process.
        node: which process; empty: none in particular.
        shop: which shop; empty: none in particular.
        evidence: what that rests on.
        next_step: what to do.
        runbook: name of the runbook and its section; empty: there is none.
        who: the person whose it is, who is told before all others; empty: nobody's in particular.
    """

    key: str
    severity: Severity
    title: str
    component: str
    node: str = ""
    shop: str = ""
    evidence: tuple[str, ...] = ()
    next_step: str = ""
    runbook: str = ""
    who: str = ""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A process, as it was seen.

    Attributes:
        name: where it answers.
        service: what it called itself when it last answered; empty: it never has.
        silent: seconds since it last answered, or since it is looked at.
        anew: seconds since another process answered in its place; None: never.
        reading: its last answer.
        unwell: seconds for which each of its warnings has been there, by the name of the check.
    """

    name: str
    service: str = ""
    silent: float = 0.0
    anew: float | None = None
    reading: Reading = Reading()
    unwell: dict[str, float] = {}

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"{self.service} at {self.name}" if self.service else self.name

    @property
    def component(self) -> str:
        """The kind of process."""
        return self.service.partition(".")[0] or "process"


def of_process(seen: Seen) -> Iterator[Finding]:
    """What is wrong with a process."""
    if seen.silent > (SILENT_SECONDS if seen.reading.answered else UNHEARD_SECONDS):
        yield Finding(
            key=f"silent/{seen.name}", severity=Severity.PAGE, component=seen.component, node=seen.name,
            title=f"{seen.title} says nothing.", evidence=(f"no answer for {seen.silent:.0f} s",),
            next_step="See whether its node is up: systemctl status eseller",
            runbook="watch.md#a-process-says-nothing",
        )  # fmt: skip
        return
    if seen.anew is not None and seen.anew < BEGUN_ANEW_SECONDS:
        yield Finding(
            key=f"anew/{seen.name}", severity=Severity.TICKET, component=seen.component, node=seen.name,
            title=f"{seen.title} began anew.", evidence=(f"another process answers since {seen.anew:.0f} s",),
            next_step="Read the node's log for why the former one ended.",
        )  # fmt: skip
    yield from _of_records(seen)
    if seen.reading.status == "fail":
        yield Finding(
            key=f"health/{seen.name}", severity=Severity.TICKET, component=seen.component, node=seen.name,
            title=f"{seen.title} takes no work.", evidence=(seen.reading.output or "it does not say why",),
            next_step="Let it go on: eseller control PORT undrain",
        )  # fmt: skip
    elif lasting := [words for words in seen.reading.warnings if _lasts(seen, words)]:
        # A request that waits for a moment is no trouble; a database that is not heard of is.
        is_grave = any(words.startswith(GRAVE) for words in lasting)
        yield Finding(
            key=f"health/{seen.name}", severity=Severity.PAGE if is_grave else Severity.TICKET,
            component=seen.component, node=seen.name,
            title=f"{seen.title} is not well.", evidence=tuple(lasting),
            next_step="eseller cluster status, and the node's log",
        )  # fmt: skip


def _of_records(seen: Seen) -> Iterator[Finding]:
    """That rows are not what they must be; all web processes know the same ones, so it is told once."""
    kept_back = seen.reading.gauges.get("eseller_guard_rows_kept_back", 0.0)
    if kept_back and seen.service.startswith("web"):
        yield Finding(
            key="records/kept-back", severity=Severity.TICKET, component="records",
            title="Rows that are not what they must be are kept back.", evidence=(f"{kept_back:.0f} rows",),
            next_step="eseller records list, and mend them; pages are there without them",
            runbook="watch.md#rows-are-kept-back",
        )  # fmt: skip


def _lasts(seen: Seen, words: str) -> bool:
    return words.startswith(GRAVE) or seen.unwell.get(words.partition(": ")[0], 0.0) >= UNWELL_SECONDS


def of_site(site: str, outcomes: Over, prompt: Over) -> Iterator[Finding]:
    """What is wrong with the answers of a site.

    Args:
        site: its name.
        outcomes: requests and failed ones in the last so many seconds.
        prompt: the same, of prompt and slow ones.
    """
    burn = burning(outcomes, (SUDDEN, *COMPONENT), objective=OBJECTIVE, least=LEAST)
    if burn is not None:
        yield Finding(
            key=f"errors/{site}", severity=burn.window.severity, component=site,
            title=f"{burn.short.bad_share:.1%} of requests at the {site} fail.", evidence=_counted(burn, "failed"),
            next_step="See which shops and nodes: eseller watch",
        )  # fmt: skip
    burn = burning(prompt, COMPONENT, objective=PROMPT_OBJECTIVE, least=LEAST)
    if burn is not None:
        yield Finding(
            key=f"slow/{site}", severity=burn.window.severity, component=site,
            title=f"{burn.short.bad_share:.0%} of answers of the {site} take longer than {PROMPT_SECONDS} s.",
            evidence=_counted(burn, "were slow"), next_step="eseller cluster diagnose, eseller cache check",
        )  # fmt: skip


def of_latency(site: str, slower: Slower) -> Finding:
    """That answers of a site take much longer than they used to."""
    return Finding(
        key=f"slower/{site}", severity=Severity.TICKET, component=site,
        title=f"Answers of the {site} take {slower.now / max(slower.usual, 0.001):.0f} times as long as usual.",
        evidence=(f"nine of ten take up to {slower.now:.2f} s, usually {slower.usual:.2f} s",),
        next_step="eseller cluster diagnose, eseller cache check; what was changed last?",
    )  # fmt: skip


def of_shops(shops: Mapping[str, Over]) -> Iterator[Finding]:
    """What is wrong with single shops."""
    for shop, over in shops.items():
        burn = burning(over, SHOP, objective=OBJECTIVE, least=LEAST_OF_A_SHOP)
        if burn is not None:
            yield Finding(
                key=f"errors/shop/{shop}", severity=burn.window.severity, component="storefront", shop=shop,
                title=f"{burn.short.bad_share:.0%} of requests at {shop} fail.", evidence=_counted(burn, "failed"),
                next_step="eseller records list, and the log by this shop",
            )  # fmt: skip


def worst_first(findings: list[Finding]) -> list[Finding]:
    """Order findings: those that page first, then by what they are about."""
    return sorted(findings, key=lambda one: (one.severity is not Severity.PAGE, one.shop != "", one.key))


def _counted(burn: Burn, what: str) -> tuple[str, ...]:
    return tuple(
        f"{count.bad:,.0f} of {count.total:,.0f} {what} in {_spoken(seconds)}"
        for count, seconds in ((burn.short, burn.window.short), (burn.long, burn.window.long))
    )


def _spoken(seconds: float) -> str:
    for unit, length in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
