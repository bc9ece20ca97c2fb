"""The process of the hand: runs the commands that operators ask for in the console.

The console's own process has no login at the shops' database and no secret. This one has what a terminal here has, is
reached by nobody, and runs nothing but the levers that are listed, each argument checked once more.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from eseller.config.environment import environment

if TYPE_CHECKING:
    from eseller.operations.console.models import Errand

log = logging.getLogger(__name__)
AT_ONCE, LOOK_SECONDS, TELL_SECONDS, GRACE_SECONDS = 3, 0.5, 1.0, 10.0
MOST_BYTES = 256 * 1024
HOUSE_SECONDS, AGAIN_SECONDS, BACKUP_EVERY_SECONDS = 60.0, 600.0, 86_400.0


class Hand:
    """Runs errands, some at the same time."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def work(self) -> None:
        """Until the end."""
        from eseller.operations.console import errands

        threading.Thread(target=self._keep_house, name="housekeeping", daemon=True).start()
        if broken := errands.break_off_running():
            log.warning("%d commands ran when the hand ended; nobody knows what came of them", broken)
        while not self.ended.is_set():
            try:
                if not self._begin_one():
                    self.ended.wait(LOOK_SECONDS)
            except Exception:
                log.exception("the hand goes on after an error")
                self.ended.wait(LOOK_SECONDS)

    def _keep_house(self) -> None:
        while not self.ended.wait(HOUSE_SECONDS):
            try:
                keep_house()
            except Exception:
                log.exception("the operations plane's housekeeping failed, and is tried again")
                self.ended.wait(AGAIN_SECONDS)

    def _begin_one(self) -> bool:
        from django.db import close_old_connections
        from django.utils import timezone

        from eseller.operations.console import errands

        if not self._places.acquire(timeout=LOOK_SECONDS):
            return True
        try:
            close_old_connections()
            errand = errands.take(timezone.now())
            if errand is None:
                self._places.release()
                return False
        except BaseException:
            self._places.release()
            raise
        threading.Thread(target=self._run, args=(errand,), name=errand.lever, daemon=True).start()
        return True

    def _run(self, errand: Errand) -> None:
        from django.db import connections

        from eseller.operations.console import errands
        from eseller.operations.console.models import Errand as Kept

        try:
            state, said, code = self._do(errand)
            errands.end(errand, Kept.State(state), said, code)
        except Exception:
            log.exception("an errand could not be ended: %s", errand.words)
        finally:
            connections.close_all()
            self._places.release()

    def _do(self, errand: Errand) -> tuple[str, str, int | None]:
        from eseller.kernel.errors import EsellerError
        from eseller.operations.console import errands, levers

        try:
            arguments, lever = levers.command_of(errand.lever, errand.arguments), levers.find(errand.lever)
        except EsellerError as error:
            return "failed", error.message, None
        log.warning("%s asks for: eseller %s", errand.by, " ".join(arguments))
        process = subprocess.Popen(
            [sys.executable, "-m", "eseller.cli.main", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=os.environ | {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "110", "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        said, told_at, deadline = b"", time.monotonic(), time.monotonic() + lever.seconds
        with process, selectors.DefaultSelector() as selector:
            out = process.stdout
            if out is None:
                raise RuntimeError("it was started with a pipe")
            os.set_blocking(out.fileno(), False)
            selector.register(out, selectors.EVENT_READ)
            while True:
                if selector.select(LOOK_SECONDS):
                    piece = out.read()
                    if piece == b"":
                        break
                    said = (said + (piece or b""))[-MOST_BYTES:]
                if time.monotonic() - told_at > TELL_SECONDS:
                    told_at = time.monotonic()
                    with contextlib.suppress(Exception):
                        errands.tell(errand, _text(said))
                if time.monotonic() > deadline or self.ended.is_set():
                    self._break_off(process)
                    why = "It took too long and was broken off." if time.monotonic() > deadline else "The hand ended."
                    return "broken", f"{_text(said)}\n{why}", process.returncode
            code = process.wait(GRACE_SECONDS)
        # 1 says that what was asked is not so: for who only looks, that is an answer.
        good = code == 0 or (code == 1 and lever.weight is levers.Weight.LOOK)
        return "done" if good else "failed", _text(said), code

    def _break_off(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def keep_house() -> None:
    """Forget what need not be kept, and back the operations plane's own database up once a day."""
    from django.db import close_old_connections

    from eseller.node.operations_backup import back_up, backups
    from eseller.operations.console import errands
    from eseller.operations.subscribers import subscribing

    close_old_connections()
    subscribing.forget_unconfirmed()
    errands.forget_old()
    env = environment()
    newest = next(iter(backups(env)), None)
    if newest is None or time.time() - newest.stat().st_mtime > BACKUP_EVERY_SECONDS:
        back_up(env)


def _text(said: bytes) -> str:
    return said.decode(errors="replace").replace("\r\n", "\n")


def main() -> None:
    """Entry of the process: run errands until a signal ends it."""
    env = environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "eseller.config.operations_site"
    import django

    django.setup()
    # What is run is of the shops' plane, and sets up its own.
    del os.environ["DJANGO_SETTINGS_MODULE"]
    logging.basicConfig(stream=sys.stderr, level=env.log_level.upper(), format="%(levelname)s %(message)s")
    hand = Hand()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: hand.ended.set())
    hand.work()
    for _ in range(AT_ONCE):
        hand._places.acquire(timeout=GRACE_SECONDS)


if __name__ == "__main__":
    main()
