import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eseller.ui.contrast import contrast, ink_for, is_colour, mix, readable
from eseller.ui.gallery.write import THEMES, UI
from eseller.ui.theme import InvalidTheme, Theme, theme_css

SURFACES = ("surface", "surface-2", "surface-3", "card")
TEXT = [(ink, surface) for ink in ("ink", "ink-2", "ink-3", "brand-text") for surface in SURFACES]
TEXT += [("brand-ink", "brand"), ("brand-ink", "brand-hover"), ("brand-soft-ink", "brand-soft")]
STATUS = [(tone, f"{tone}-soft") for tone in ("success", "warning", "danger", "info")]
STATUS += [("danger-ink", "danger"), ("ink", "success-soft"), ("ink", "danger-soft"), ("danger", "card")]
EDGES = [("line-strong", "card"), ("line-strong", "surface"), ("brand", "surface"), ("focus", "surface")]
colours = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
themes = st.builds(
    Theme,
    brand=colours,
    surface=colours,
    display=st.sampled_from(["sans", "serif", "technical"]),
    corners=st.sampled_from(["soft", "round", "square"]),
    header=st.sampled_from(["auto", "plain", "centred", "brand"]),
)


def tokens(css: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the colours of a style sheet in light and in dark."""
    light, _, dark = css.partition("@media screen and (prefers-color-scheme: dark)")
    assert dark
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in (light, dark)]
    return found[0], found[0] | found[1]


STANDARD = tokens((UI / "static" / "ui" / "tokens.css").read_text())


def too_faint(colours: dict[str, str]) -> list[str]:
    pairs = [(pair, 4.5) for pair in TEXT + STATUS] + [(pair, 3.0) for pair in EDGES]
    if "header-ink" in colours:
        pairs.append((("header-ink", "header-surface"), 4.5))
    measured = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair, _ in pairs}
    return [f"{pair} {measured[pair]:.2f}" for pair, wanted in pairs if measured[pair] < wanted]


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_the_standard_look_is_readable(mode: int) -> None:
    assert too_faint(STANDARD[mode]) == []


@settings(max_examples=300, deadline=None)
@given(themes)
def test_every_theme_is_readable_in_light_and_dark(theme: Theme) -> None:
    light, dark = tokens(theme_css(theme))
    assert too_faint(STANDARD[0] | light) == []
    assert too_faint(STANDARD[1] | light | dark) == []


def test_a_readable_choice_is_kept() -> None:
    light, dark = tokens(theme_css(Theme(brand="#9a4a2a", surface="#f7f1e8")))
    assert light["brand"] == "#9a4a2a"
    assert light["surface"] == "#f7f1e8"
    assert contrast(dark["surface"], "#ffffff") > 15


def test_looks_differ_in_more_than_colour() -> None:
    sheets = {name: theme_css(theme) for name, theme in THEMES.items()}
    fonts = {re.search(r"--font-display: ([^;]+);", css).group(1) for css in sheets.values()}  # type: ignore[union-attr]
    corners = {re.search(r"--radius-button: ([^;]+);", css).group(1) for css in sheets.values()}  # type: ignore[union-attr]
    assert (len(fonts), len(corners)) == (3, 3)
    assert "grid-template-areas" in sheets["serif"]
    assert "--header-surface: #14324a" in sheets["technical"]


@pytest.mark.parametrize("bad", ["red", "#fff", "#1234567", "#12345g", "#123456;}body{", "url(x)", "", "#123456\n"])
@pytest.mark.parametrize("part", ["brand", "surface"])
def test_only_plain_colours_reach_the_sheet(part: str, bad: str) -> None:
    with pytest.raises(InvalidTheme):
        theme_css(Theme(**{part: bad}))  # type: ignore[arg-type]
    assert not is_colour(bad)


def test_contrast_agrees_with_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#ffffff") == 1


@given(colours)
def test_ink_is_always_readable(fill: str) -> None:
    assert contrast(ink_for(fill), fill) >= 4.5


@given(colours, colours)
def test_readable_reaches_its_ratio_where_that_is_possible(colour: str, ground: str) -> None:
    assert contrast(readable(colour, [ground], 3.0), ground) >= 3.0
    assert mix(colour, ground, 0) == colour
    assert mix(colour, ground, 1) == ground
