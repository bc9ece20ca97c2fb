"""The public site as files that any host can serve, written so that readers never see half of a change."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings

from eseller.operations.portal.pages import Page, everything
from eseller.operations.portal.situation import Situation, gather

STATIC = "static"
FRONTS = ("", "da/", "de/")
_OURS = ".eseller-status"
"""A file that says that a directory is ours to write to, and to remove from."""


class NotOurs(Exception):
    """The directory holds something else."""


def export(folder: Path, found: Situation | None = None) -> tuple[int, int]:
    """Write all pages, feeds and JSON; remove what is no more.

    A file is written beside its place and moved there, so that whoever serves the directory serves whole ones.

    Args:
        folder: where to; made where it is missing. One that holds something else is refused.
        found: what is so; read now unless given.

    Returns:
        How many files there are, and how many of them have changed.

    Raises:
        NotOurs: the directory holds something else.
        OSError: it can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / _OURS).exists() and any(folder.iterdir()):
        raise NotOurs(f"{folder} holds something else. Name an empty directory.")
    (folder / _OURS).touch()
    pages = list(everything(found or gather()))
    # JSON, feeds and reports first: a front page never names what is not there yet.
    pages.sort(key=lambda page: (page.path in FRONTS, page.path))
    changed = sum(_put(folder, page) for page in pages)
    kept = {folder / page.file for page in pages} | {folder / _OURS}
    kept |= _copy_static(folder)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in kept:
            path.unlink()
    return len(kept), changed


def _put(folder: Path, page: Page) -> bool:
    path = folder / page.file
    if path.exists() and path.read_bytes() == page.body:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as draft:
        draft.write(page.body)
    os.chmod(draft.name, 0o644)  # noqa: PTH101
    Path(draft.name).replace(path)
    return True


def _copy_static(folder: Path) -> set[Path]:
    """Copy the style sheets, fonts and icons that pages name; their names change with what is in them."""
    source = Path(settings.STATIC_ROOT)
    copied = set()
    for path in source.rglob("*") if source.exists() else ():
        if path.is_file() and path.suffix != ".gz":
            target = folder / STATIC / path.relative_to(source)
            copied.add(target)
            if not target.exists() or target.stat().st_size != path.stat().st_size:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    return copied
