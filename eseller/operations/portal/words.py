"""What the states are called on the public pages, and the one sentence that says how the platform does."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta, timezone

from babel.dates import format_skeleton
from django.utils.translation import get_language, gettext, ngettext

from eseller.operations.incidents.states import ComponentState, MaintenanceState, Public, Severity
from eseller.operations.portal.situation import Situation
from eseller.ui.formats import locale_for


def places(root: str) -> list[tuple[str, str, str]]:
    """The navigation: name, address and label of each place; forums and documentation come in between here.

    Args:
        root: where pages in the active language begin.
    """
    return [
        ("status", root, gettext("Status")), ("history", f"{root}history/", gettext("Incidents")),
        ("maintenance", f"{root}maintenance/", gettext("Maintenance")),
        ("reports", f"{root}reports/", gettext("Reports")),
        ("subscribe", f"/subscribe/?lang={get_language() or 'en'}", gettext("Subscribe")),
    ]  # fmt: skip


def component_state(state: ComponentState) -> str:
    """A component's state in the active language."""
    return {
        ComponentState.OPERATIONAL: gettext("Operational"),
        ComponentState.MAINTENANCE: gettext("Under maintenance"),
        ComponentState.DEGRADED: gettext("Slower than usual"),
        ComponentState.PARTIAL: gettext("Partial outage"),
        ComponentState.MAJOR: gettext("Major outage"),
    }[state]


def public(state: Public) -> str:
    """An incident's public state in the active language."""
    return {
        Public.INVESTIGATING: gettext("Investigating"),
        Public.IDENTIFIED: gettext("Identified"),
        Public.MONITORING: gettext("Monitoring"),
        Public.RESOLVED: gettext("Resolved"),
        Public.POSTMORTEM: gettext("Report published"),
    }[state]


def maintenance(state: MaintenanceState) -> str:
    """Where planned work is, in the active language."""
    return {
        MaintenanceState.SCHEDULED: gettext("Scheduled"),
        MaintenanceState.IN_PROGRESS: gettext("In progress"),
        MaintenanceState.VERIFYING: gettext("Being verified"),
        MaintenanceState.COMPLETED: gettext("Completed"),
        MaintenanceState.CANCELLED: gettext("Cancelled"),
    }[state]


def component_name(name: str) -> str:
    """A component's name in the active language, where it is one of ours."""
    return {
        "Storefronts": gettext("Storefronts"),
        "Checkout and payments": gettext("Checkout and payments"),
        "Back office": gettext("Back office"),
        "Integration": gettext("Integration"),
        "E-mail": gettext("E-mail"),
    }.get(name, name)


def said(text: str) -> str:
    """What the clerk has said by itself, in the active language; what people have said stays as they said it."""
    for pattern, words in (
        (_TROUBLE_WITH, gettext("Trouble with %(what)s")),
        (_LOOKING, gettext("We see trouble with %(what)s, and look into it.")),
        (_AGAIN, gettext("It works again, since %(what)s.")),
    ):
        if (match := pattern.fullmatch(text)) is not None:
            names = [component_name(name) for name in re.split(r", | and (?=[A-Z])", match["what"])]
            return words % {"what": _listed(names)}
    return text


def sentence(found: Situation) -> str:
    """How the platform does, in one sentence."""
    troubled = [component_name(one.name) for one in found.parts if one.state in _TROUBLE]
    if found.worst is ComponentState.MAJOR and len(troubled) == len(found.parts):
        return gettext("The whole platform is out of order.")
    if troubled:
        return ngettext("%(what)s has trouble.", "%(what)s have trouble.", len(troubled)) % {"what": _listed(troubled)}
    if found.open:
        return gettext("All parts work; we are looking into something.")
    if found.worst is ComponentState.MAINTENANCE:
        return gettext("All parts work; maintenance is under way.")
    return gettext("Everything works.")


def share(uptime: float) -> float:
    """A share of time as it is shown: never rounded up, so that what was not whole does not look so."""
    return math.floor(uptime * 10_000) / 10_000


def month(moment: datetime) -> str:
    """A month and its year in the active language."""
    return str(format_skeleton("yMMMM", moment, locale=locale_for(get_language() or "en")))


def tone(severity: Severity) -> str:
    """The tone of an alert or a badge."""
    return {Severity.NONE: "success", Severity.MINOR: "warning"}.get(severity, "danger")


def at_offset(moment: datetime, minutes: int) -> datetime:
    """A moment at a fixed offset from UTC."""
    return moment.astimezone(timezone(timedelta(minutes=minutes)))


def offset_name(minutes: int) -> str:
    """An offset as people write it: ``UTC``, ``UTC+1``, ``UTC+5:30``."""
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


_TROUBLE_WITH = re.compile(r"Trouble with (?P<what>.{1,200})")
_LOOKING = re.compile(r"We see trouble with (?P<what>.{1,200}), and look into it\.")
_AGAIN = re.compile(r"It works again, since (?P<what>[0-9:]+ UTC)\.")
_TROUBLE = (ComponentState.DEGRADED, ComponentState.PARTIAL, ComponentState.MAJOR)


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
