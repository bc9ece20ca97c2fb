"""Every runbook that an alert names is there, with the section that it names."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r'runbook="([^"]+)"')


def anchors(text: str) -> set[str]:
    """What the headings of a file are called in addresses."""
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_each_named_runbook_and_section_exists() -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "eseller").rglob("*.py")]
    named = {name for source in sources for name in NAMED.findall(source)}
    assert len(named) >= 4
    for name in named:
        file, _, section = name.partition("#")
        text = (ROOT / "docs" / "runbooks" / file).read_text("utf-8")
        assert not section or section in anchors(text), name
