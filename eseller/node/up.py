"""A whole node on one machine: PostgreSQL, web processes, worker."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eseller.cluster.embedded import EmbeddedPostgres, EmbeddedPostgresError
from eseller.cluster.layout import make_data_dir
from eseller.cluster.local.layout import read as read_local_cluster
from eseller.config.environment import Environment
from eseller.config.handing import handed
from eseller.kernel.errors import EsellerError
from eseller.node.cluster import no_leftovers, start_cluster
from eseller.node.console import Console
from eseller.node.occupied import check_ports, only_node
from eseller.node.program import Program, leashed
from eseller.node.supervisor import StartFailed, StopRequested, Supervisor
from eseller.node.watched import watched_environ

POSTGRES_SECONDS = 60.0
INIT_SECONDS = 120.0
STEP_SECONDS = 600.0
READY_SECONDS = 60.0
INIT = (sys.executable, "-m", "eseller.node.init")
MIGRATE = (sys.executable, "-m", "eseller.node.migrate")
WORKER = (sys.executable, "-m", "eseller.node.worker")
WEB = (sys.executable, "-m", "eseller.node.web")
WATCH = (sys.executable, "-m", "eseller.node.duty")
OPERATIONS_DATABASE = (sys.executable, "-m", "eseller.node.operations_database")
HAND = (sys.executable, "-m", "eseller.node.hand")
OPERATIONS_WEB = (sys.executable, "-m", "eseller.node.operations_web")
CLERK = (sys.executable, "-m", "eseller.node.clerk")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a node runs besides its database; commands by the names that stand before their lines.

    Attributes:
        steps: Commands that end by themselves, one after another, before anything else starts.
        worker: Command of the worker, or nothing.
        web: Command of a web process; its number is added.
        watch: Command of the watch, which is not run where the settings say so.
        greeting: Lines to print when the node is ready, instead of how shops are reached.
    """

    steps: Mapping[str, Sequence[str]] = field(default_factory=lambda: {"migrate": MIGRATE})
    worker: Sequence[str] = WORKER
    web: Sequence[str] = WEB
    watch: Sequence[str] = WATCH
    greeting: Sequence[str] = ()


def up(env: Environment, *, console: Console, plan: Plan | None = None) -> None:
    """Run a node until a stop signal comes; then nothing of it is left.

    Args:
        env: The settings.
        console: Where the processes are heard.
        plan: What to run; the platform unless given.

    Raises:
        StartFailed: It can't start; the message says why.
    """
    began = time.monotonic()
    plan = plan or Plan()
    make_data_dir(env.data_dir)
    supervisor = Supervisor(console)
    try:
        with only_node(env), no_leftovers(env), supervisor.signals():
            check_ports(env)
            late = _start_database(env, supervisor)
            for name, command in plan.steps.items():
                step = _program(name, command, env, "yellow", handed(env, "owner", "web", "platform"))
                supervisor.run_once(step, seconds=STEP_SECONDS)
            _start_processes(env, supervisor, plan)
            _greet(env, console, plan.greeting, time.monotonic() - began)
            supervisor.run(also=late)
            console.say("node", "stopping: requests and jobs that run may finish")
    except StopRequested:
        console.say("node", "stopped before it was ready")
    except (EmbeddedPostgresError, EsellerError) as error:
        raise StartFailed(str(error)) from error
    console.say("node", "stopped")


def _program(
    name: str, command: Sequence[str], env: Environment, colour: str, environ: Mapping[str, str]
) -> Program:
    def start() -> subprocess.Popen[bytes]:
        return leashed(command, environ)

    # Granian and the worker themselves give up after stop_seconds; a little later we do.
    return Program(name=name, start=start, colour=colour, stop_seconds=env.stop_seconds + 3.0)


def _start_database(env: Environment, supervisor: Supervisor) -> Callable[[], None]:
    """Start our own PostgreSQL, embedded or a cluster, unless another is used; and prepare it if we may.

    Returns:
        What is to be looked after while the node runs.
    """
    late: Callable[[], None] = _nothing
    local = read_local_cluster(env.data_dir)
    if local is not None and env.database_url == local.admin().url:
        late = start_cluster(env, local, supervisor)
    if env.embedded:
        _start_postgres(env, supervisor, env.data_dir, "postgres")
    if env.prepares:
        # A process of its own, since a sick server must not keep us from hearing a stop signal.
        supervisor.run_once(_program("init", INIT, env, "yellow", os.environ), seconds=INIT_SECONDS)
    return late


def _start_postgres(env: Environment, supervisor: Supervisor, data_dir: Path, name: str) -> None:
    """Start an embedded PostgreSQL and wait until it answers."""
    postgres = EmbeddedPostgres(
        data_dir, pg_bin=env.pg_bin, pg_user=env.pg_user, preload=env.pg_preload, output=subprocess.PIPE
    )

    def start() -> subprocess.Popen[bytes]:
        return postgres.launch()

    program = Program(name=name, start=start, colour="blue", stop_signal=signal.SIGINT, stop_seconds=25.0)
    (child,) = supervisor.start([program])

    def ready() -> bool:
        if not child.running:
            raise StartFailed("PostgreSQL ended while starting; its last lines above tell why.")
        return postgres.answers()

    supervisor.wait(ready, seconds=POSTGRES_SECONDS, what="PostgreSQL", others=False)


def _nothing() -> None:
    """There is nothing to look after."""


def _start_processes(env: Environment, supervisor: Supervisor, plan: Plan) -> None:
    """Start worker and web processes, and wait until shoppers are served."""
    if plan.worker:
        supervisor.start([_program("worker", plan.worker, env, "magenta", handed(env, "web", "platform"))])
    environ = handed(env, "web")
    supervisor.start(
        _program(f"web.{index}", (*plan.web, str(index)), env, "green" if index % 2 else "cyan", environ)
        for index in range(env.web_processes)
    )
    supervisor.wait(
        lambda: all(
            healthy(env.private_port(index), host=env.private_reached_at) for index in range(env.web_processes)
        ),
        seconds=READY_SECONDS,
        what="the web processes",
    )
    if env.watch:
        # Last, so that nobody is told of a node that is starting.
        watch = _program("watch", plan.watch, env, "yellow", handed(env) | watched_environ(env))
        supervisor.start([watch])
    if env.operations:
        _start_operations(env, supervisor)


def _start_operations(env: Environment, supervisor: Supervisor) -> None:
    """Start the operations plane's site with its own database; the shops are served already."""
    if not env.ops_database_url:
        _start_postgres(env, supervisor, env.operations_dir, "ops.db")
    prepare = _program("ops.init", OPERATIONS_DATABASE, env, "yellow", os.environ)
    supervisor.run_once(prepare, seconds=STEP_SECONDS)
    environ = handed(env, operations=True)
    supervisor.start([
        _program("clerk", CLERK, env, "yellow", environ), _program("ops.web", OPERATIONS_WEB, env, "cyan", environ),
        # It does what a person at a terminal here could do, so it has what they have.
        _program("hand", HAND, env, "magenta", os.environ),
    ])  # fmt: skip


def healthy(port: int, *, host: str = "127.0.0.1", path: str = "/health") -> bool:
    """Whether the process behind a port serves, as it tells there."""
    connection = http.client.HTTPConnection(host, port, timeout=0.5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _greet(env: Environment, console: Console, greeting: Sequence[str], seconds: float) -> None:
    lines = list(greeting) or [f"Shops        {env.link('NAME.localhost')}"]
    lines.append(f"Back office  {env.link(env.backoffice_host)}")
    if env.mailbox_host:
        lines.append(f"Mailbox      {env.link(env.mailbox_host)}")
    if env.operations:
        lines.append(f"Status       {env.operations_link}/")
        lines.append(f"Console      {env.operations_link}/console/ (eseller operators add NAME)")
    lines.append(f"Data         {env.data_dir}")
    console.plain()
    console.plain(f"  eSeller is up, after {seconds:.1f} s. Ctrl-C stops it.")
    console.plain()
    for line in lines:
        console.plain(f"  {line}")
    console.plain()
