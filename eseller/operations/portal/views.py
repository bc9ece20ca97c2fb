"""The public site as it is served: from files alone, so that it is there when no database is."""

from __future__ import annotations

import mimetypes
from email.utils import formatdate
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseNotFound, HttpResponseNotModified
from django.template.loader import render_to_string

from eseller.operations.portal import feeds
from eseller.operations.portal.pages import HTML, JSON

KINDS = {".html": HTML, ".json": JSON, ".atom": feeds.FEED, ".ics": feeds.CALENDAR}
FRESH = "public, max-age=10"


def site_dir() -> Path:
    """Where the site is kept as files."""
    return Path(settings.OPERATIONS_DIR) / "site"


def page(request: HttpRequest, path: str = "") -> HttpResponse:
    """A page, feed or document."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    root = site_dir()
    wanted = path + "index.html" if path == "" or path.endswith("/") else path
    found = (root / wanted).resolve()
    if not found.is_relative_to(root.resolve()) or not found.is_file() or Path(wanted).name.startswith("."):
        return HttpResponseNotFound(render_to_string("ui/error_404.html", request=request))
    told = found.stat()
    tag = f'"{told.st_mtime_ns:x}-{told.st_size:x}"'
    headers = {"ETag": tag, "Last-Modified": formatdate(told.st_mtime, usegmt=True), "Cache-Control": FRESH}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers=headers)
    kind = KINDS.get(found.suffix) or mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    if found.suffix in (".json", ".atom", ".ics"):
        headers["Access-Control-Allow-Origin"] = "*"
    return HttpResponse(found.read_bytes(), content_type=kind, headers=headers)
