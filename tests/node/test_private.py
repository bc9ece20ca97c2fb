"""The private port tells how a process is, does what it is told by who may, and lets nobody slow hold it up."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

import eseller
from eseller.node import control as verbs
from eseller.node.control import AT_ONCE, MOST_BYTES, Call, Control, Verb
from eseller.node.gauge import Gauge
from eseller.node.health import State
from eseller.node.journal import KEPT, Journal
from eseller.node.private import MOST_CLIENTS, PrivateServer
from eseller.resilience.control.calling import call
from eseller.resilience.control.errors import NotDone, Unreachable
from eseller.resilience.control.signing import Key, signed
from eseller.tenancy.guard import figures
from tests.node.processes import eventually

OLD, NEW, STRANGE = Key("2027a", b"a" * 32), Key("2027b", b"b" * 32), Key("2027a", b"c" * 32)


class Port:
    """A private port, the process that it tells of, and its journal."""

    def __init__(self, directory: Path, *, gauge: Gauge | None = None) -> None:
        self.directory = directory
        self.process = State("web.3", gauge=gauge, threads=2)
        self.process.phase = "serving"
        self.server = PrivateServer(("127.0.0.1", 0), self.process, Control(self.process, [NEW, OLD], directory))
        self.number: int = self.server.server_address[1]
        self.server.tick_seconds = 0.02
        self.server.serve_in_background()

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.number, timeout=5)
        with contextlib.closing(connection):
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.headers["Content-Type"], answer.read()

    def get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask("GET", path)[2])
        return found

    def call(self, verb: str, key: Key = OLD, **body: Any) -> dict[str, Any]:
        return call(self.number, key, verb, body)

    def journal(self, *, refused: bool = False) -> list[dict[str, Any]]:
        path = self.directory / ("web.3.refused.jsonl" if refused else "web.3.jsonl")
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Port]:
    """A private port of its own, of a process that has not followed any database yet."""
    monkeypatch.setattr(figures, "_now", figures.Figures())
    made = Port(tmp_path / "control", gauge=Gauge())
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_health_has_its_shape(port: Port) -> None:
    status, kind, body = port.ask("GET", "/health")
    told = json.loads(body)
    assert (status, kind) == (200, "application/health+json")
    assert (told["status"], told["releaseId"], told["serviceId"]) == ("pass", eseller.__version__, "web.3")
    assert told["version"] == eseller.__version__.split(".")[0]
    assert {"requests:oldest", "requests:waiting", "records:kept-back", "process:uptime"} <= set(told["checks"])
    for name, (check,) in told["checks"].items():
        assert ":" in name
        assert set(check) == {"componentType", "observedValue", "observedUnit", "status", "time"}
        assert check["componentType"] in ("component", "datastore", "system")
    assert port.ask("HEAD", "/health")[::2] == (200, b"")


def test_a_process_that_starts_or_is_drained_fails(port: Port) -> None:
    port.process.phase = "starting"
    assert port.ask("GET", "/health")[0] == 503
    assert (port.get("/health")["status"], port.get("/health")["output"]) == ("fail", "starting")
    port.process.phase = "serving"
    port.call("drain")
    assert port.ask("GET", "/health")[0] == 503
    assert (port.get("/health")["status"], port.get("/health")["output"]) == ("fail", "drained")


def test_an_old_request_is_a_warning(port: Port) -> None:
    assert port.process.gauge is not None
    request = port.process.gauge.begin({}, print)
    request.began -= 60
    told = port.get("/health")
    assert port.ask("GET", "/health")[0] == 200
    assert told["status"] == "warn"
    assert told["checks"]["requests:oldest"][0]["status"] == "warn"
    assert told["checks"]["requests:oldest"][0]["observedValue"] >= 60


def test_a_process_that_has_not_heard_of_changes_for_long_warns(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "_now", figures.Figures(looked_at=time.monotonic() - 60))
    told = port.get("/health")
    assert port.ask("GET", "/health")[0] == 200, "it goes on by what it knows"
    assert told["status"] == told["checks"]["database:last-heard-of"][0]["status"] == "warn"
    assert told["checks"]["database:last-heard-of"][0]["observedValue"] >= 60


def test_findings_come_from_memory(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    from eseller.tenancy.guard import heard

    monkeypatch.setattr(heard, "_heard", heard.Heard())
    assert port.get("/findings") == {"open": 0, "age_seconds": None, "findings": []}
    heard.keep(b'{"open": 3, "findings": [{"id": 9, "value": "\xc3\xb8"}]}')
    told = port.get("/findings")
    assert (told["open"], told["findings"]) == (3, [{"id": 9, "value": "ø"}])
    assert 0 <= told["age_seconds"] < 5


def test_metrics_are_openmetrics(port: Port) -> None:
    status, kind, body = port.ask("GET", "/metrics")
    assert (status, kind) == (200, "application/openmetrics-text; version=1.0.0; charset=utf-8")
    text = body.decode()
    assert text.endswith("# EOF\n")
    parsed = text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    families = {family.name: family for family in parsed}
    assert all(family.documentation for family in families.values())
    assert {"eseller_guard_findings", "eseller_requests", "process_resident_memory_bytes"} <= set(families)
    assert families["eseller_guard_diagnosis_seconds"].unit == "seconds"
    (release,) = families["eseller_release"].samples
    assert release.labels == {"version": eseller.__version__, "service": "web.3"}


@pytest.mark.parametrize("path", ["/", "/anything", "/health/", "/control/ping"])
def test_there_is_nothing_else_to_read(port: Port, path: str) -> None:
    status, kind, body = port.ask("GET", path)
    assert (status, kind) == (404, "application/problem+json")
    assert json.loads(body)["status"] == 404


def test_a_page_whose_host_was_made_to_point_here_reads_nothing(port: Port) -> None:
    assert port.ask("GET", "/findings", headers={"Host": f"evil.example:{port.number}"})[0] == 404
    assert port.ask("GET", "/findings", headers={"Host": f"localhost:{port.number}"})[0] == 200


def test_what_is_called_is_done_and_written_down(port: Port) -> None:
    assert port.call("ping") == {"service": "web.3", "phase": "serving"}
    assert port.call("drain", NEW) == {"phase": "draining"}
    first, second = port.journal()
    assert (first["key"], first["verb"], first["outcome"]) == ("2027a", "ping", "done")
    assert first["client"] == "127.0.0.1"
    assert first["at"].startswith("20")
    assert (second["key"], second["verb"], second["answer"]) == ("2027b", "drain", {"phase": "draining"})
    assert port.journal(refused=True) == []


def send(port: Port, key: Key, verb: str = "drain", *, body: bytes = b"", instance: str = "") -> dict[str, str]:
    """Headers of a call that may be wrong."""
    return signed(key, "POST", f"/control/{verb}", body, instance=instance or port.process.instance)


def test_what_is_not_signed_right_is_refused_and_written_down(port: Port) -> None:
    good = send(port, OLD)
    calls: list[tuple[dict[str, str], int, str]] = [
        (send(port, STRANGE), 401, "bad_signature"),
        (send(port, Key("unknown", b"a" * 32)), 401, "unknown_key"),
        (send(port, OLD, instance="another process"), 401, "bad_signature"),
        (good | {"Eseller-Time": "1700000000"}, 401, "bad_signature"),
        ({}, 401, "unknown_key"),
        (good, 200, ""),
        (good, 401, "replayed"),
    ]
    for headers, status, code in calls:
        found, kind, body = port.ask("POST", "/control/drain", b"", headers)
        told = json.loads(body)
        assert (found, told.get("code", "")) == (status, code)
        if code:
            assert kind == "application/problem+json"
            assert told["detail"]
    assert [entry["code"] for entry in port.journal(refused=True)] == [code for _, _, code in calls if code]
    assert all(entry["verb"] == "drain" for entry in port.journal(refused=True))
    assert [entry["outcome"] for entry in port.journal()] == ["done"]
    assert port.server.control.counts == {"refused": 6, "done": 1}


def test_an_old_call_is_refused(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time
    monkeypatch.setattr("eseller.resilience.control.signing.time.time", lambda: real() - 120)
    headers = send(port, OLD)
    monkeypatch.undo()
    assert json.loads(port.ask("POST", "/control/drain", b"", headers)[2])["code"] == "expired"
    assert [entry["code"] for entry in port.journal(refused=True)] == ["expired"]
    assert port.process.phase == "serving"


def test_a_large_call_is_refused_before_it_is_sent(port: Port) -> None:
    with socket.create_connection(("127.0.0.1", port.number), timeout=5) as connection:
        connection.sendall(f"POST /control/drain HTTP/1.1\r\nContent-Length: {MOST_BYTES + 1}\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.0 413")
    (entry,) = port.journal(refused=True)
    assert entry["code"] == "too_large"


@pytest.mark.parametrize("length", ["", "Content-Length: x\r\n", "Content-Length: -1\r\n"])
def test_a_call_says_how_long_it_is(port: Port, length: str) -> None:
    with socket.create_connection(("127.0.0.1", port.number), timeout=5) as connection:
        connection.sendall(f"POST /control/drain HTTP/1.1\r\n{length}\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.0 422")


def test_an_unknown_verb_or_argument_does_nothing(port: Port) -> None:
    with pytest.raises(NotDone, match=r"There are: .*drain, .*ping, .*reload, .*undrain"):
        port.call("explode")
    with pytest.raises(NotDone, match="object with the verb's arguments"):
        port.call("drain", at="once")
    assert [entry["code"] for entry in port.journal()] == ["unknown_verb", "bad_call"]
    assert port.process.phase == "serving"


def test_what_fails_is_told_and_written_down(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(_call: Call) -> dict[str, Any]:
        raise ZeroDivisionError("as asked")

    class Arguments(msgspec.Struct):
        what: str

    monkeypatch.setitem(verbs.VERBS, "explode", Verb(Arguments, explode))
    with pytest.raises(NotDone, match="the log of the process"):
        port.call("explode", what="all")
    (entry,) = port.journal()
    assert (entry["outcome"], entry["code"], entry["arguments"]) == ("failed", "error", {"what": "all"})
    assert "as asked" in entry["message"]


def test_a_full_disk_does_not_keep_a_process_from_being_drained(tmp_path: Path) -> None:
    (tmp_path / "control").write_text("no directory")
    port = Port(tmp_path / "control")
    try:
        assert port.call("drain") == {"phase": "draining"}
    finally:
        port.server.shutdown()
        port.server.server_close()


def test_few_calls_are_done_at_once_and_leave_health_alone(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    def wait(_call: Call) -> dict[str, Any]:
        return {"waited": done.wait(10)}

    monkeypatch.setitem(verbs.VERBS, "wait", Verb(verbs.Nothing, wait))
    threads = [threading.Thread(target=port.call, args=("wait",)) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    with pytest.raises(NotDone, match="same time"):
        port.call("wait")
    assert port.get("/health")["status"] == "pass"
    done.set()
    for thread in threads:
        thread.join()
    assert [entry["outcome"] for entry in port.journal()] == ["failed", "done", "done"]


def test_clients_that_send_slowly_do_not_keep_others_from_being_answered(port: Port) -> None:
    with contextlib.ExitStack() as stack:
        slow = []
        for _ in range(4 * MOST_CLIENTS):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port.number), timeout=10))
            connection.sendall(b"GET /health HTTP/1.1\r\nX-Slow: ")
            slow.append(connection)
        times = []
        for _ in range(10):
            began = time.monotonic()
            assert port.get("/health")["status"] == "pass"
            times.append(time.monotonic() - began)
        assert max(times) < 0.5
        assert port.call("ping")["phase"] == "serving"
        answering = [thread for thread in threading.enumerate() if "process_request_thread" in thread.name]
        assert len(answering) <= MOST_CLIENTS + 1
        assert slow[0].recv(100) == b"", "the oldest were cut"


def test_a_client_that_drips_is_cut(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eseller.node.private.SECONDS", 0.5)
    with socket.create_connection(("127.0.0.1", port.number)) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\n")

        def dripping() -> bool:
            try:
                connection.sendall(b"X-Slow: 1\r\n")
            except OSError:
                return False
            return True

        assert eventually(lambda: not dripping(), seconds=3)


def test_calling_what_is_no_process_of_ours_says_so(port: Port) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(Unreachable):
        call(deaf.getsockname()[1], OLD, "ping", seconds=0.2)
    with pytest.raises(Unreachable):
        call(1, OLD, "ping", seconds=0.2)


def test_a_full_journal_is_put_aside_and_few_of_them_are_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "made" / "web.0.jsonl", most_bytes=200)
    for number in range(100):
        journal.write({"number": number})
    files = sorted(path.name for path in (tmp_path / "made").iterdir())
    assert files == ["web.0.jsonl", *(f"web.0.jsonl.{number}" for number in range(1, KEPT + 1))]
    assert all(path.stat().st_size <= 200 for path in (tmp_path / "made").iterdir())
    assert json.loads((tmp_path / "made" / "web.0.jsonl").read_text().splitlines()[-1])["number"] == 99
    assert (tmp_path / "made" / "web.0.jsonl").stat().st_mode & 0o777 == 0o600
