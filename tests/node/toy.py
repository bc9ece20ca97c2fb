"""A web application to try processes with: it tells who it is, is slow, or dies."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

from eseller.config.environment import environment
from eseller.kernel.environ import SHOP, SITE


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the process id, or the length of what was sent.

    ``/slow?SECONDS`` takes its time and then asks the database; ``/sleep?SECONDS`` only sleeps; ``/endless`` answers
    for as long as somebody listens; ``/shop/NAME?STATUS`` answers as a shop of that name does; ``/fail`` raises.
    """
    if environ["PATH_INFO"] == "/fail":
        raise RuntimeError("as asked")
    if environ["PATH_INFO"] == "/endless":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return itertools.repeat(b"x" * 65536)
    if environ["PATH_INFO"] == "/slow":
        time.sleep(float(environ["QUERY_STRING"]))
        psycopg.connect(environment().role_url("web").url).execute("SELECT 1")
    if environ["PATH_INFO"] == "/sleep":
        time.sleep(float(environ["QUERY_STRING"]))
    status = "200 OK"
    if environ["PATH_INFO"].startswith("/shop/"):
        environ[SITE], environ[SHOP] = "storefront", environ["PATH_INFO"].removeprefix("/shop/")
        status = f"{environ['QUERY_STRING']} As asked"
    sent = len(environ["wsgi.input"].read())
    body = str(sent or os.getpid()).encode()
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
