"""The last snapshots on the disk of a node, from which its processes start while the database is down."""

import contextlib
import hashlib
import logging
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from eseller.tenancy.snapshots.content import Bodies, Loaded, Manifest, Unusable, build

log = logging.getLogger(__name__)

KEPT = 3
"""So many snapshots stay."""
UNUSED_SECONDS = 3600
"""A part that none of them has stays so long: another process may be writing the snapshot that has it."""


class Kept(msgspec.Struct, frozen=True):
    """What stands in the file of a snapshot, below its checksum."""

    version: int
    made_at: datetime
    manifest: Manifest


class Shelf:
    """Snapshots in a directory that the processes of a node share.

    Parts are files named by their hash; ``VERSION-HASH.snapshot`` lists those of one snapshot, and the one that was
    written or touched last is the newest. Each file is written apart and moved to its place, so that whoever reads
    finds all of it or nothing.
    """

    def __init__(self, directory: Path) -> None:
        """Use a directory; it is made when something is kept."""
        self._directory = directory

    def newest(self) -> Loaded | None:
        """Return the newest snapshot that is whole; those that are damaged are passed over, and said so."""
        for path in self._lists():
            try:
                kept = _read_list(path)
                return build(kept.version, kept.made_at, kept.manifest, before=None, fetch=self.bodies)
            except (OSError, Unusable, msgspec.MsgspecError) as error:
                log.error("%s is not used: %s", path, error)  # noqa: TRY400  (one sentence is enough)
        return None

    def keep(self, loaded: Loaded, bodies: Bodies) -> None:
        """Keep a snapshot; the parts that were not fetched are there from before.

        Raises:
            OSError: it could not be written.
        """
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, body in bodies.items():
            self._write(self._directory / name, body)
        for name in set(loaded.manifest.parts.values()) - bodies.keys():
            with contextlib.suppress(OSError):
                os.utime(self._directory / name)
        kept = msgspec.json.encode(Kept(loaded.version, loaded.made_at, loaded.manifest))
        name = f"{loaded.version}-{_sum(kept)[:12].decode()}.snapshot"
        self._write(self._directory / name, _sum(kept) + b"\n" + kept)
        self._clean()

    def lacking(self, manifest: Manifest) -> list[str]:
        """Return the parts of a snapshot, by hash, that are not here."""
        return [name for name in set(manifest.parts.values()) if not (self._directory / name).exists()]

    def _lists(self) -> list[Path]:
        return sorted(self._directory.glob("*.snapshot"), key=lambda path: path.stat().st_mtime_ns, reverse=True)

    def bodies(self, hashes: Sequence[str]) -> Bodies:
        """Return parts by hash, as far as they are here; whether they are whole the reader checks."""
        found = {}
        for name in hashes:
            with contextlib.suppress(OSError):
                found[name] = (self._directory / name).read_bytes()
        return found

    def _write(self, path: Path, content: bytes) -> None:
        if path.exists() and path.read_bytes() == content:
            os.utime(path)
            return
        draft = path.with_name(f".{path.name[:32]}-{secrets.token_hex(6)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def _clean(self) -> None:
        lists = self._lists()
        for path in lists[KEPT:]:
            path.unlink(missing_ok=True)
        used = {name for path in lists[:KEPT] for name in _named(path)}
        for path in self._directory.iterdir():
            with contextlib.suppress(OSError):
                old = time.time() - path.stat().st_mtime > UNUSED_SECONDS
                if old and path.name not in used and path.suffix != ".snapshot":
                    path.unlink()


def _named(path: Path) -> Iterator[str]:
    with contextlib.suppress(OSError, Unusable, msgspec.MsgspecError):
        yield from _read_list(path).manifest.parts.values()


def _read_list(path: Path) -> Kept:
    told, _, content = path.read_bytes().partition(b"\n")
    if told != _sum(content):
        raise Unusable("its checksum is wrong")
    return msgspec.json.decode(content, type=Kept)


def _sum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
