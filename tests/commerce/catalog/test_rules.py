"""Pure rules: GTINs, addresses, clean texts, matching."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.commerce.catalog import clean
from eseller.commerce.catalog.rules import is_gtin, is_slug, slug_from


@pytest.mark.parametrize("gtin", ["4006381333931", "96385074", "036000291452", "10012345000017"])
def test_gtins(gtin: str) -> None:
    assert is_gtin(gtin)
    assert not is_gtin(gtin[:-1] + str((int(gtin[-1]) + 1) % 10))


@pytest.mark.parametrize(
    "text", ["", "4006381333", "40063813339310", "400638133393a", "４006381333931", "4006381333931\n"]
)
def test_what_is_no_gtin(text: str) -> None:
    assert not is_gtin(text)


@given(st.text(max_size=300))
def test_a_slug_made_of_anything_is_a_slug_or_empty(title: str) -> None:
    slug = slug_from(title)
    assert slug == "" or (is_slug(slug) and len(slug) <= 120)


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Blå kop & fad", "blaa-kop-fad"), ("Größe 42/43", "groesse-42-43"), ("Don't – stop!", "dont-stop"), ("茶", "")],
)
def test_slugs(title: str, slug: str) -> None:
    assert slug_from(title) == slug


@pytest.mark.parametrize("text", ["a--b", "-a", "a-", "A", "a b", "æ", "a\n", ""])
def test_what_is_no_slug(text: str) -> None:
    assert not is_slug(text)


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean.line(clean.line(text)) == clean.line(text)
    assert clean.block(clean.block(text)) == clean.block(text)
    clean.line(text).encode()
    assert "\x00" not in clean.line(text) + clean.block(text)
    assert "\n" not in clean.line(text)
