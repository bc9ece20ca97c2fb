"""What it costs to watch many processes and shops: processor time and memory of the one that looks."""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time

import msgspec

from eseller.node.rehearsal import free_ports
from eseller.operations.watch.asking import Target
from eseller.operations.watch.watch import EVERY_SECONDS, Watch

MOST_CORES, MOST_MB = 1.0, 500.0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured.

    Attributes:
        nodes: processes that were looked at.
        shops: that they told of.
        looks: how many rounds.
        slowest_s: the longest round.
        cores: processor time for each second, of the process that looks.
        megabytes: the most memory that it had.
        silent: processes that were not heard at the end.
        verdict: ``passed``, or what was not as it must be.
    """

    nodes: int
    shops: int
    looks: int
    slowest_s: float
    cores: float
    megabytes: float
    silent: int
    verdict: str


def measure(*, nodes: int = 200, shops: int = 10_000, seconds: int = 30) -> Report:
    """Look at simulated processes every second for a while, in a process of its own."""
    base = free_ports(nodes)
    command = [sys.executable, "-m", "eseller.bench.simulated", str(base), str(nodes), str(shops // nodes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as simulated:
        try:
            if simulated.stdout is None or simulated.stdout.readline() != b"ready\n":
                raise RuntimeError("the simulated nodes did not start")
            done = subprocess.run(
                [sys.executable, "-m", "eseller.bench.watching", str(base), str(nodes), str(seconds)],
                capture_output=True, text=True, check=True, timeout=seconds + 120,
            )  # fmt: skip
        finally:
            simulated.terminate()
    told = json.loads(done.stdout)
    wrong = [
        "" if told["cores"] < MOST_CORES else f"{told['cores']} cores",
        "" if told["megabytes"] < MOST_MB else f"{told['megabytes']} MB",
        f"{told['silent']} were not heard" if told["silent"] else "",
        "" if told["shops"] >= shops * 0.99 else f"{told['shops']} shops are known",
    ]
    return Report(nodes=nodes, **told, verdict="; ".join(filter(None, wrong)) or "passed")


async def _look(base: int, nodes: int, seconds: int) -> dict[str, float]:
    watch = Watch(Target("127.0.0.1", base + number) for number in range(nodes))
    loop = asyncio.get_running_loop()
    rounds, began, cpu = [], loop.time(), time.process_time()
    picture = await watch.look()
    while loop.time() - began < seconds:
        since = loop.time()
        picture = await watch.look()
        rounds.append(loop.time() - since)
        await asyncio.sleep(max(0.0, EVERY_SECONDS - rounds[-1]))
    lasted = loop.time() - began
    return {
        "shops": watch.shops, "looks": len(rounds), "slowest_s": round(max(rounds), 3),
        "cores": round((time.process_time() - cpu) / lasted, 3),
        "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "silent": sum(seen.silent > 2 for seen in picture.processes),
    }  # fmt: skip


if __name__ == "__main__":
    first, many, long = map(int, sys.argv[1:4])
    print(json.dumps(asyncio.run(_look(first, many, long))))  # noqa: T201
