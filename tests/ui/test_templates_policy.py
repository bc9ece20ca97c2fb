"""All templates of the project keep to the policy: nothing inline that it would refuse."""

import re
from pathlib import Path

import pytest

import eseller

TEMPLATES = sorted(Path(eseller.__path__[0]).glob("**/templates/**/*.html"))
RULES = {
    "inline script": re.compile(r"<script(?![^>]*\b(src=|type=\"application/ld\+json\"))[^>]*>", re.IGNORECASE),
    "style element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "style attribute": re.compile(r"""[\s"']style\s*=""", re.IGNORECASE),
    "style attribute in attrs": re.compile(r"""["']style["']\s*:"""),
    "event handler": re.compile(r"""[\s"']on[a-z]+\s*=\s*["']""", re.IGNORECASE),
    "htmx handler": re.compile(r"hx-on", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "another host": re.compile(r"""(?:src|href)=["'](?:https?:)?//(?![\w.-]*\.example)""", re.IGNORECASE),
}


def offences(text: str) -> list[str]:
    return [name for name, pattern in RULES.items() if pattern.search(text)]


def is_mail(path: Path) -> bool:
    return "mail" in path.name or path.parent.name in ("mail", "mails")


@pytest.mark.parametrize("path", [path for path in TEMPLATES if not is_mail(path)], ids=lambda path: path.name)
def test_nothing_inline(path: Path) -> None:
    assert offences(path.read_text()) == []


def test_all_templates_are_looked_at() -> None:
    assert len(TEMPLATES) > 60
    assert any(path.name == "base.html" for path in TEMPLATES)


@pytest.mark.parametrize(
    "text",
    [
        "<script>x</script>",
        "<style>p{}</style>",
        '<p style="color:red">',
        '{{ button("x", attrs={"style": "x"}) }}',
        '<a onclick="x()">',
        '<a hx-on:click="x()">',
        '<a href="javascript:x()">',
        '<img src="https://cdn.test/x.png">',
        '<script src="//cdn.test/x.js"></script>',
    ],
)
def test_the_rules_find_what_they_should(text: str) -> None:
    assert offences(text) != []


def test_scripts_of_ours_and_data_are_fine() -> None:
    assert offences('<script src="{{ static("ui/ui.js") }}" type="module"></script>') == []
    assert offences('<script type="application/ld+json">{}</script>') == []
