"""What was said stays said, two people at once do no harm, and nobody says that all is well when it is not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.utils import ProgrammingError
from django.utils import timezone

from eseller.operations.incidents import actions
from eseller.operations.incidents.actions import Dishonest, EmptyUpdate, NoSuchComponent, NoSuchIncident
from eseller.operations.incidents.models import Entry, Impact, Incident, Update
from eseller.operations.incidents.states import ComponentState, NotAllowed, Public, Severity, State

pytestmark = pytest.mark.usefixtures("db")
DOWN = {"storefronts": ComponentState.MAJOR, "checkout": ComponentState.PARTIAL}


def opened(**more: object) -> Incident:
    incident, _ = actions.open_incident("Shops answer slowly", by="ada", impacts=DOWN, **more)  # type: ignore[arg-type]
    return incident


def at_once(*what: Callable[[], object]) -> list[object]:
    """Do things in threads that begin together; returns what each gave, or raised."""
    barrier, found = threading.Barrier(len(what)), dict[int, object]()

    def one(number: int) -> None:
        barrier.wait()
        try:
            found[number] = what[number]()
        except Exception as error:
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(what))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[number] for number in range(len(what))]


def test_an_incident_lives_through_its_states_and_its_timeline_tells_it() -> None:
    incident = opened(severity=Severity.MAJOR)
    assert incident.state == State.TRIAGE
    assert not incident.is_public
    actions.assign(incident.pk, by="ada", lead="bob", speaker="cleo")
    update = actions.post_update(incident.pk, Public.INVESTIGATING, "We look into it.", by="cleo")
    incident.refresh_from_db()
    assert (incident.state, incident.public) == (State.STARTED, Public.INVESTIGATING)
    assert incident.update_due_at == update.at + timedelta(minutes=60)
    actions.post_update(incident.pk, Public.MONITORING, "Mended.", by="cleo", next_minutes=15)
    incident.refresh_from_db()
    assert incident.state == State.MITIGATED
    assert incident.mitigated_at is not None
    actions.post_update(incident.pk, Public.RESOLVED, "Over.", by="cleo")
    incident.refresh_from_db()
    assert incident.state == State.RESOLVED
    assert incident.update_due_at is None
    assert not Impact.objects.filter(ended_at=None).exists()
    actions.move(incident.pk, State.CLOSED, by="ada")
    kinds = list(Entry.objects.filter(incident=incident).values_list("kind", flat=True))
    assert kinds == ["opened", "role", "role", "update", "state", "update", "state", "update", "state", "state"]


def test_an_incident_that_comes_back_is_started_again() -> None:
    incident = opened()
    actions.post_update(incident.pk, Public.RESOLVED, "Over.", by="ada")
    actions.post_update(incident.pk, Public.INVESTIGATING, "It came back.", by="ada", impacts=DOWN)
    incident.refresh_from_db()
    assert incident.state == State.STARTED
    assert Impact.objects.filter(incident=incident).count() == 4
    assert Impact.objects.filter(incident=incident, ended_at=None).count() == 2


def test_impacts_begin_when_the_trouble_did_and_each_state_is_kept() -> None:
    began = timezone.now() - timedelta(minutes=10)
    incident = opened(began_at=began)
    assert {impact.began_at for impact in Impact.objects.all()} == {began}
    actions.post_update(
        incident.pk, Public.IDENTIFIED, "Less bad.", by="ada", impacts={"storefronts": ComponentState.DEGRADED}
    )
    first, second = Impact.objects.filter(component__slug="storefronts")
    assert (first.state, second.state) == (ComponentState.MAJOR, ComponentState.DEGRADED)
    assert first.ended_at == second.began_at
    assert second.ended_at is None


def test_the_public_is_never_told_that_all_is_well_while_it_is_not() -> None:
    incident = opened()
    with pytest.raises(Dishonest, match="checkout"):
        actions.post_update(incident.pk, Public.RESOLVED, "Over.", by="ada", failing=["checkout"])
    assert not Update.objects.exists()
    assert Impact.objects.filter(ended_at=None).count() == 2
    update = actions.post_update(
        incident.pk, Public.RESOLVED, "Over.", by="ada", failing=["checkout"], reason="The probe itself is broken."
    )
    assert update.body == "Over.\n\nThe probe itself is broken. (ada)", "the reason is published, and signed"
    actions.post_update(opened().pk, Public.MONITORING, "Better.", by="ada", failing=["mail"])


def test_what_was_told_is_never_changed() -> None:
    incident = opened()
    actions.post_update(incident.pk, Public.INVESTIGATING, "We look into it.", by="ada")
    for statement in (
        "UPDATE incidents_update SET body = 'nothing happened'",
        "DELETE FROM incidents_update",
        "UPDATE incidents_entry SET text = 'nothing happened'",
        "DELETE FROM incidents_entry",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(statement)
    entry = Entry.objects.filter(kind="update").get()
    actions.hide(incident.pk, entry.pk, by="ada")
    entry.refresh_from_db()
    assert entry.is_hidden
    assert entry.text.endswith("We look into it.")
    with pytest.raises(NoSuchIncident):
        actions.hide(incident.pk, 999_999, by="ada")


def test_the_same_trouble_is_one_incident_however_many_open_it() -> None:
    found = at_once(*[lambda: actions.open_incident("Down", by="clerk", key="silent/web", impacts=DOWN)] * 8)
    incidents = [one for one in found if isinstance(one, tuple)]
    assert len(incidents) == 8, found
    assert len({incident.pk for incident, _ in incidents}) == 1
    assert sum(new for _, new in incidents) == 1
    assert Impact.objects.count() == 2
    (incident, _), *_ = incidents
    actions.post_update(incident.pk, Public.RESOLVED, "Over.", by="ada")
    again, new = actions.open_incident("Down", by="clerk", key="silent/web")
    assert new
    assert again.pk != incident.pk


def test_two_who_tell_the_public_at_once_are_both_heard_and_one_state_holds() -> None:
    incident = opened()

    def tell(state: ComponentState) -> Callable[[], object]:
        return lambda: actions.post_update(
            incident.pk, Public.IDENTIFIED, state, by="x", impacts={"storefronts": state}
        )

    found = at_once(*[tell(state) for state in (ComponentState.PARTIAL, ComponentState.DEGRADED) * 4])
    assert all(isinstance(one, Update) for one in found), found
    assert Update.objects.count() == 8
    assert Impact.objects.filter(component__slug="storefronts", ended_at=None).count() == 1


def test_what_is_collected_is_noted_once() -> None:
    incident = opened()
    before = Entry.objects.count()
    for _ in range(3):
        actions.note(incident, "alert", "web.0 says nothing", source="alert/7/opened")
    assert Entry.objects.count() == before + 1


def test_who_must_tell_the_public_and_has_not_is_known() -> None:
    incident, calm = opened(), opened()
    actions.post_update(incident.pk, Public.INVESTIGATING, "We look into it.", by="ada", next_minutes=5)
    actions.post_update(calm.pk, Public.RESOLVED, "Over.", by="ada")
    now = timezone.now()
    assert actions.overdue(now + timedelta(minutes=4)) == []
    assert actions.overdue(now + timedelta(minutes=6)) == [incident]


def test_wrong_use_changes_nothing() -> None:
    incident = opened()
    with pytest.raises(NoSuchComponent, match="There are: storefronts, "):
        actions.post_update(incident.pk, Public.IDENTIFIED, "x", by="ada", impacts={"no": ComponentState.MAJOR})
    with pytest.raises(EmptyUpdate):
        actions.post_update(incident.pk, Public.IDENTIFIED, "  ", by="ada")
    with pytest.raises(NoSuchIncident):
        actions.move(incident.pk + 1000, State.STARTED, by="ada")
    with pytest.raises(NotAllowed):
        actions.move(incident.pk, State.RESOLVED, by="ada")
    actions.post_update(incident.pk, Public.INVESTIGATING, "We look into it.", by="ada")
    with pytest.raises(NotAllowed, match="The public was told"):
        actions.move(incident.pk, State.RESOLVED, by="ada")
    incident.refresh_from_db()
    assert incident.state == State.STARTED
