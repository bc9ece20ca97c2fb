"""One web process: Granian with a single worker on the shared port, and the private port beside it.

Granian's Linux listener sets SO_REUSEPORT, so that any number of these share the port and the kernel
spreads the connections. Granian's main process only waits; its one worker loads the application.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from eseller.cluster import receipts
from eseller.cluster.leash import follow_parent
from eseller.cluster.receipts import RECEIPTS, Receipts
from eseller.config.environment import Environment, environment
from eseller.node import bodies, draining
from eseller.node.admitting import door_of, refusal
from eseller.node.edge import edge_before
from eseller.node.following import follow_in_web
from eseller.node.gauge import Application, Gauge, Places, counted
from eseller.node.health import State
from eseller.node.laggards import Laggards
from eseller.node.private import open_port
from eseller.node.some_shops import some_shops
from eseller.tenancy import deadlines, outages
from eseller.tenancy.deadlines import Watch

APPLICATION = "eseller.config.wsgi:application"
BACKLOG = 1024
IDLE_SECONDS = 10
SWITCH_SECONDS = 0.001
LONGEST_WAIT = 4.0
"""Seconds without an end of one statement; the server itself ends those of ours after two, when it is well."""


def serve(env: Environment, index: int, *, application: str = APPLICATION) -> None:
    """Serve shoppers until told to stop by SIGTERM or SIGINT; requests that run are finished.

    Args:
        env: The settings.
        index: Number of this process, from 0; it decides the private port.
        application: The WSGI application as ``module:name``.

    Raises:
        SystemExit: The worker died; the supervisor starts another.
    """
    if env.pin_processes:
        keep_on_one_core(index)
    server = Server(
        application,
        address=env.host,
        port=env.port,
        interface=Interfaces.WSGI,
        workers=1,
        http=HTTPModes.http1,
        websockets=False,
        # One for each connection, since most are answered from memory, and those that bodies keep waiting.
        blocking_threads=env.connections + bodies.THREADS,
        # Threads that come and go would reopen their database connections.
        blocking_threads_idle_timeout=600,
        runtime_threads=1,
        backlog=BACKLOG,
        # Counts connections, idle ones too; Granian leaves further ones to the kernel until one closes.
        backpressure=env.connections,
        # Also the time after which an idle connection is closed.
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_SECONDS * 1000, max_buffer_size=64 * 1024),
        log_level=LogLevels.warning,
        respawn_failed_workers=False,
        workers_kill_timeout=env.stop_seconds,
    )
    server.serve(target_loader=_loader(env, index, application, os.getpid()), wrap_loader=False)


def keep_on_one_core(index: int) -> None:
    """Have this process, and what it starts, run on one of the cores that it may use.

    Its threads hold one lock by turns; handing it on to another core takes longer than answering from memory does.

    Args:
        index: number of the process, from 0; cores are taken in turn.
    """
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[index % len(cores)]})


def _loader(env: Environment, index: int, application: str, main: int) -> Callable[[], Application]:
    """What Granian's worker calls to get the application; Granian forks, so it may be a closure."""

    def load() -> Application:
        follow_parent(signal.SIGKILL, main)
        gauge = Gauge()
        process = State(f"web.{index}", gauge=gauge, threads=env.threads)
        open_port(env, env.private_port(index), process, {"/shops": partial(some_shops, env)})
        module, _, name = application.partition(":")
        loaded: Application = getattr(import_module(module), name)
        refuse = None
        if application == APPLICATION:
            refuse = refusal()
        working = counted(loaded, gauge, door_of(env, process) if refuse else Places(env.threads), refuse)
        if refuse is not None:
            import_module("eseller.node.trying")
            # Who is answered from memory would else wait five milliseconds for each thread that makes a page.
            sys.setswitchinterval(SWITCH_SECONDS)
            edge, hear = edge_before(working, env, process, refuse)
            process.reloads |= follow_in_web(env.data_dir, hear)
            kept = Receipts(env.data_dir / RECEIPTS, process.service)
            process.parts["receipts"] = kept.figures
            process.parts["outages"] = outages.figures
            watch = Watch(LONGEST_WAIT)
            watch.start()
            deadlines.keep(watch)
            receipts.keep(kept)
            working = edge if env.edge_mb else working
        # What was loaded stays: looking through it for garbage would hold all threads up.
        gc.collect()
        gc.freeze()
        Laggards(env.port, patience=env.client_seconds).watch_in_background()
        draining.steer(process, gauge, port=env.port, main=main)
        process.phase = "serving"
        return bodies.received(working, limit=bodies.limits(env.backoffice_host), refused=gauge.refused)

    return load


def main() -> None:
    """Entry of the process that the supervisor starts."""
    parser = argparse.ArgumentParser(prog="eseller.node.web")
    parser.add_argument("index", type=int)
    parser.add_argument("--application", default=APPLICATION)
    arguments = parser.parse_args()
    serve(environment(), arguments.index, application=arguments.application)


if __name__ == "__main__":
    main()
