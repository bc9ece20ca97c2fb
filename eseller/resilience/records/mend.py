"""What is shown in the place of a bad row."""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from eseller.resilience.records.check import problems
from eseller.resilience.records.kind import Fate, Kind

Patch = Mapping[str, Any] | None
"""What to show in the place of some fields; None leaves the row out."""


def patch_of(
    kind: Kind, row: bytes, bad: Collection[str], versions: Iterable[Mapping[str, Any]], *, stand_ins: bool = True
) -> Patch:
    """Return what to show in the place of a row's bad fields.

    Each version is tried as the source of the bad fields, newest first, then the stand-ins; the first that makes the
    row whole is taken. Other fields stay as they are: a text that was mended yesterday is not lost for a bad one.

    Args:
        kind: of the row.
        row: as it is.
        bad: columns that failed; ``""`` where the row failed as a whole.
        versions: what the row was before, newest first; may lack columns that history does not keep.
        stand_ins: whether to take them where no version will do. Not for a row that stands twice: it still would.
    """
    if kind.fate is Fate.LEFT_OUT or "" in bad:
        return None
    try:
        now = json.loads(row)
    except ValueError:
        return None
    # Of rows that have the same id one is shown, as it is.
    twins = [now] if set(bad) == {"id"} else []
    present = {name: now.get(name) for name in bad}
    others = kind.stand_ins if stand_ins else {}
    for version in (*twins, *versions, {}):
        patch = {name: version[name] if name in version else others.get(name, _MISSING) for name in bad}
        if _MISSING in patch.values() or (patch == present and version not in twins):
            continue
        if not problems(kind, json.dumps(now | patch).encode()):
            return patch
    return None


_MISSING = object()
