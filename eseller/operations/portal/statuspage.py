"""The state of the platform as JSON in the shape of Statuspage v2, so that its readers can read ours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from eseller.operations.incidents.states import ComponentState, MaintenanceState, Severity
from eseller.operations.portal.situation import Part, Planned, Shown, Situation

Json = dict[str, Any]
DESCRIPTIONS = {
    Severity.NONE: "All Systems Operational",
    Severity.MINOR: "Minor Service Outage",
    Severity.MAJOR: "Partial System Outage",
    Severity.CRITICAL: "Major Service Outage",
}


def documents(found: Situation, *, name: str, url: str) -> dict[str, Json]:
    """All documents, by their path below ``/api/v2/``.

    Args:
        found: what is so.
        name: of the page.
        url: its public address, without a slash at its end.
    """
    page = {"id": "eseller", "name": name, "url": url, "time_zone": "Etc/UTC", "updated_at": _at(found.changed_at)}
    status = {"indicator": str(found.indicator), "description": DESCRIPTIONS[found.indicator]}
    parts = {"components": [_component(one) for one in found.parts]}
    known = {one.slug: one for one in found.parts}
    work = [_work(one, known, url) for one in found.planned if one.state is not MaintenanceState.CANCELLED]
    unresolved = [_incident(one, known, url) for one in found.open]
    states = {one["id"]: one["status"] for one in work}

    def planned(*wanted: str) -> list[Json]:
        return [one for one in work if states[one["id"]] in wanted]

    under_way, ahead = planned("in_progress", "verifying"), planned("scheduled")
    return {
        "status.json": {"page": page, "status": status},
        "components.json": {"page": page, **parts},
        "incidents.json": {"page": page, "incidents": [_incident(one, known, url) for one in found.incidents[:50]]},
        "incidents/unresolved.json": {"page": page, "incidents": unresolved},
        "scheduled-maintenances.json": {"page": page, "scheduled_maintenances": work},
        "scheduled-maintenances/upcoming.json": {"page": page, "scheduled_maintenances": ahead},
        "scheduled-maintenances/active.json": {"page": page, "scheduled_maintenances": under_way},
        "summary.json": {
            "page": page, **parts, "incidents": unresolved, "scheduled_maintenances": under_way + ahead,
            "status": status,
        },
    }  # fmt: skip


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _component(part: Part) -> Json:
    return {
        "id": part.slug, "name": part.name, "status": str(part.state), "created_at": _at(part.created_at),
        "updated_at": _at(part.changed_at), "position": part.position + 1, "description": part.description or None,
        "showcase": True, "start_date": part.created_at.date().isoformat(), "group_id": None, "page_id": "eseller",
        "group": False, "only_show_if_degraded": False,
    }  # fmt: skip


def _affected(slugs: Iterable[str], known: dict[str, Part]) -> list[Json]:
    return [_component(known[slug]) for slug in slugs if slug in known]


def _incident(shown: Shown, known: dict[str, Part], url: str) -> Json:
    code = shown.code
    changed = [
        {"code": one.slug, "name": one.name, "old_status": "operational", "new_status": str(one.worst)}
        for one in shown.affected
    ]
    updates = [
        {
            "id": f"{code}-{one.number}", "status": str(one.public), "body": one.body, "incident_id": code,
            "created_at": _at(one.at), "updated_at": _at(one.at), "display_at": _at(one.at),
            # What changed is told with the first update; later ones only tell.
            "affected_components": changed if one is shown.updates[-1] and changed else None,
            "deliver_notifications": True, "custom_tweet": None, "tweet_id": None,
        }
        for one in shown.updates
    ]  # fmt: skip
    return {
        "id": code, "name": shown.title, "status": str(shown.public), "created_at": _at(shown.opened_at),
        "updated_at": _at(shown.changed_at), "monitoring_at": _at(shown.monitoring_at),
        "resolved_at": _at(shown.resolved_at), "impact": str(shown.severity), "shortlink": f"{url}/incidents/{code}/",
        "started_at": _at(shown.began_at), "page_id": "eseller", "incident_updates": updates,
        "components": _affected((one.slug for one in shown.affected), known),
    }  # fmt: skip


def _work(planned: Planned, known: dict[str, Part], url: str) -> Json:
    code = planned.code
    is_done = planned.state is MaintenanceState.COMPLETED
    update = {
        "id": f"{code}-{planned.sequence}", "status": str(planned.state), "body": planned.body, "incident_id": code,
        "created_at": _at(planned.changed_at), "updated_at": _at(planned.changed_at),
        "display_at": _at(planned.changed_at),
        "affected_components": [
            {
                "code": slug, "name": known[slug].name, "old_status": "operational",
                "new_status": str(ComponentState.MAINTENANCE),
            }
            for slug in planned.components if slug in known
        ] or None,
        "deliver_notifications": True, "custom_tweet": None, "tweet_id": None,
    }  # fmt: skip
    return {
        "id": code, "name": planned.title, "status": str(planned.state), "created_at": _at(planned.created_at),
        "updated_at": _at(planned.changed_at), "monitoring_at": None,
        "resolved_at": _at(planned.changed_at) if is_done else None, "impact": "maintenance",
        "shortlink": f"{url}/maintenance/#{code}", "started_at": _at(planned.begins_at), "page_id": "eseller",
        "incident_updates": [update], "components": _affected(planned.components, known),
        "scheduled_for": _at(planned.begins_at), "scheduled_until": _at(planned.ends_at),
    }  # fmt: skip
