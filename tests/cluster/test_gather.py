"""Whoever is asked may be silent, slow or lie; the answer comes in time, and what is unknown stays unknown."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eseller.cluster.address import DatabaseAddress
from eseller.cluster.gate import Fact, judge
from eseller.cluster.gather import Sources, gather
from eseller.cluster.patroni import Patroni

NOBODY = DatabaseAddress(host="127.0.0.1", port="1", user="postgres", password="x", name="postgres")


def told(leader: str, *, roles: tuple[str, str] = ("leader", "quorum_standby")) -> dict[str, Any]:
    names = [leader, "pg2" if leader == "pg1" else "pg1"]
    members = [
        {"name": name, "role": role, "state": "running", "timeline": 1, "lag": 0, "host": "127.0.0.1", "port": 1}
        for name, role in zip(names, roles, strict=True)
    ]
    return {"members": members, "scope": "x"}


@contextlib.contextmanager
def patroni(answer: bytes, *, after: float = 0.0) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(after)
            with contextlib.suppress(OSError):
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def sources(*urls: str) -> Sources:
    return Sources(Patroni.of(",".join(urls)), NOBODY, lambda: 60.0)


def test_nodes_that_contradict_each_other_are_believed_nothing() -> None:
    with patroni(json.dumps(told("pg1")).encode()) as one, patroni(json.dumps(told("pg2")).encode()) as other:
        facts = gather(sources(one, other))
    assert facts.cluster is None
    assert facts.disagree
    gate = judge(facts, waive=["leader", "in-sync", "timeline", "replay", "pages", "disk", "clock", "backup"])
    assert not gate.safe
    assert "contradict" in gate.reasons[0].words


def test_a_stale_word_of_patroni_alone_is_not_enough() -> None:
    with patroni(json.dumps(told("pg1")).encode()) as one:
        facts = gather(sources(one))
    assert facts.cluster is not None
    gate = judge(facts)
    assert not gate.safe
    # It names a candidate that does not answer itself.
    assert {Fact.REPLAY, Fact.PAGES, Fact.CLOCK, Fact.DISK} <= {r.fact for r in gate.reasons if not r.holds}


def test_nonsense_and_silence_are_no_answer_and_take_no_second() -> None:
    with contextlib.closing(socket.socket()) as silent, patroni(b"<html>") as nonsense:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        with patroni(json.dumps(told("pg1")).encode(), after=5) as slow:
            began = time.monotonic()
            facts = gather(sources(f"http://127.0.0.1:{silent.getsockname()[1]}", nonsense, slow, "http://127.0.0.1:1"))
            took = time.monotonic() - began
    assert facts.cluster is None
    assert not facts.disagree
    assert took < 1


def test_one_that_answers_is_enough_when_the_others_are_gone() -> None:
    with patroni(json.dumps(told("pg1")).encode()) as one:
        facts = gather(sources("http://127.0.0.1:1", one))
    leader = facts.cluster.leader() if facts.cluster else None
    assert leader is not None
    assert leader.name == "pg1"
