"""What Patroni says is old, or nobody says anything: the gate may not believe it."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from eseller.cluster.gate import judge
from eseller.cluster.gather import gather
from eseller.cluster.patroni import Patroni
from eseller.drills.cluster_stage import send
from eseller.drills.faults.scene import WAIVED, Scene, against, answered, command, words


def lied_to(scene: Scene) -> Iterator[str]:
    """Patroni's answer of before a switchover is given again, alone and beside the true one; then none is given."""
    names = [member.name for member in scene.here.known().members]
    former = Patroni.of(scene.here.cluster.patroni_urls).cluster()
    done = command(scene.here, "cluster", "switchover", *WAIVED, "--json")
    yield "" if answered(done).get("done") else f"the run was not done: {words(done)}"
    scene.here.wait_until_well()
    with _answering(former) as liar:
        for urls in (liar, f"{liar},{scene.here.cluster.patroni_urls}"):
            sources = replace(scene.here.sources(), patroni=Patroni.of(urls))
            believed = [name for name in names if judge(gather(sources), wanted=name, waive=("backup",)).safe]
            yield f"the gate believes what is old, and would promote {believed}" if believed else ""
    silent = [pid for name in names for pid in scene.here.patroni(name)]
    send(signal.SIGSTOP, silent)
    try:
        began = time.monotonic()
        gate = scene.gate()
        scene.told["gate_s"] = round(time.monotonic() - began, 2)
    finally:
        send(signal.SIGCONT, silent)
    yield "the gate says yes though Patroni is silent" if gate.safe else ""
    yield "" if "Patroni does not answer" in against(gate) else f"the gate does not say why: {against(gate)}"
    yield "" if scene.told["gate_s"] < 1 else f"the gate took {scene.told['gate_s']} s"


@contextlib.contextmanager
def _answering(body: bytes) -> Iterator[str]:
    """Answer everybody with the same; the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True, name="liar").start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
