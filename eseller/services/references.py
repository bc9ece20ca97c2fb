"""What of this package is in the snapshots: the words in mails that operators write."""

from collections.abc import Mapping, Sequence
from typing import Any

from eseller.tenancy.snapshots.reference import Reference, register


def _texts(rows: Mapping[str, Sequence[Any]]) -> dict[tuple[str, str], str]:
    return {(row.name, row.language): row.body for row in rows["services_mailtext"]}


register(Reference(name="mailtexts", tables=("services_mailtext",), view=_texts))
