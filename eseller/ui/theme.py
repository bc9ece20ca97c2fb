"""The look of one shop: the merchant's few choices become a style sheet that is readable whatever they were. Pure."""

from typing import Literal

import msgspec

from eseller.kernel.errors import EsellerError
from eseller.ui.contrast import contrast, ink_for, is_colour, luminance, mix, readable, shade

Display = Literal["sans", "serif", "technical"]
Corners = Literal["soft", "round", "square"]
Header = Literal["auto", "plain", "centred", "brand"]


class InvalidTheme(EsellerError):
    """A colour of the theme is not one we can use."""

    code = "invalid_theme"


class Theme(msgspec.Struct, frozen=True):
    """Two colours (``#rrggbb``) and three words. ``header`` auto goes with the display type."""

    brand: str = "#1f4d3a"
    surface: str = "#ffffff"
    display: Display = "sans"
    corners: Corners = "soft"
    header: Header = "auto"


_FONTS: dict[Display, dict[str, str]] = {
    "sans": {"font-display": "var(--font-body)", "display-weight": "620", "display-tracking": "-0.022em"},
    "serif": {
        "font-display": '"Fraunces", "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif',
        "display-weight": "420",
        "display-tracking": "-0.015em",
    },
    "technical": {
        "font-display": '"Space Grotesk", "Avenir Next", "Segoe UI", ui-sans-serif, sans-serif',
        "display-weight": "560",
        "display-tracking": "-0.025em",
    },
}
_CORNERS: dict[Corners, tuple[str, str, str, str]] = {
    # small, control, large, button
    "soft": ("6px", "10px", "14px", "10px"),
    "round": ("10px", "16px", "24px", "999px"),
    "square": ("0px", "0px", "0px", "0px"),
}
_HEADERS: dict[Display, Header] = {"sans": "plain", "serif": "centred", "technical": "brand"}
_CENTRED = """
@layer theme {
  @media (min-width: 62rem) {
    .shop-header-bar { grid-template-columns: 1fr auto 1fr; grid-template-areas: "search brand tools" "nav nav nav"; }
    .shop-brand { justify-self: center; }
    .shop-tools { justify-self: end; }
    .shop-search { max-inline-size: 20rem; }
    .shop-nav ul { justify-content: center; gap: 0 var(--space-6); }
  }
}
"""


def theme_css(theme: Theme) -> str:
    """Return the style sheet of a shop's look, for light and dark.

    Colours keep their hue; lightness gives way until text keeps 4.5 and controls 3 to what they stand on.

    Raises:
        InvalidTheme: when a colour is not ``#rrggbb``.
    """
    for name, colour in (("brand", theme.brand), ("surface", theme.surface)):
        if not is_colour(colour):
            raise InvalidTheme(f"The {name} colour “{colour[:20]}” is not written like #1f4d3a.")
    small, control, large, button = _CORNERS[theme.corners]
    shape = {"radius-s": small, "radius": control, "radius-l": large, "radius-button": button}
    if theme.corners == "square":
        shape["radius-pill"] = "0px"
    header = _HEADERS[theme.display] if theme.header == "auto" else theme.header
    light = palette(theme.brand, _light_surface(theme.surface), header)
    dark = palette(theme.brand, _dark_surface(theme), header)
    return (
        f"@layer theme {{\n:root {{{_declare(_FONTS[theme.display] | shape | light)}}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{{_declare(dark)}}} }}\n}}\n"
        + (_CENTRED if header == "centred" else "")
    )


def palette(brand: str, surface: str, header: Header = "plain") -> dict[str, str]:
    """Return the colour tokens that follow from a brand colour on a surface, by name without dashes."""
    dark = luminance(surface) < 0.18
    ink = mix(surface, "#ffffff", 0.93) if dark else mix(shade(surface, 0.09, 0.12), surface, 0.02)
    pole = "#ffffff" if dark else ink
    second, third = mix(surface, pole, 0.035), mix(surface, pole, 0.08 if dark else 0.07)
    card = second if dark else mix(surface, "#ffffff", 0.65)
    grounds = [surface, second, third, card]
    fill = readable(brand, [surface], 3.0)
    text = readable(brand, grounds)
    soft = mix(surface, fill, 0.16 if dark else 0.1)
    tokens = {
        "surface": surface,
        "surface-2": second,
        "surface-3": third,
        "card": card,
        "ink": ink,
        "ink-2": readable(mix(ink, surface, 0.25), grounds, 6.0),
        "ink-3": readable(mix(ink, surface, 0.42), grounds),
        "line": mix(surface, pole, 0.12),
        "line-strong": readable(mix(surface, pole, 0.4), grounds, 3.0),
        "brand": fill,
        "brand-hover": mix(fill, "#ffffff" if dark else "#000000", 0.14),
        "brand-ink": ink_for(fill),
        "brand-text": text,
        "brand-soft": soft,
        "brand-soft-ink": readable(text, [soft]),
    }
    if contrast(tokens["brand-ink"], tokens["brand-hover"]) < 4.5:
        tokens["brand-hover"] = mix(fill, "#000000" if dark else "#ffffff", 0.12)
    if header == "brand":
        ground = mix(surface, brand, 0.22) if dark else fill
        tokens |= {"header-surface": ground, "header-ink": ink_for(ground), "header-line": ground}
    return tokens


def _light_surface(surface: str) -> str:
    """Keep a light surface light enough for all inks and status colours; a dark choice becomes a tint of its hue."""
    return surface if luminance(surface) >= 0.85 else shade(surface, 0.965, 0.35)


def _dark_surface(theme: Theme) -> str:
    tinted = max(theme.surface, theme.brand, key=_colourfulness)
    return shade(tinted, 0.085, 0.12)


def _colourfulness(colour: str) -> int:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return max(red, green, blue) - min(red, green, blue)


def _declare(tokens: dict[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in tokens.items())
