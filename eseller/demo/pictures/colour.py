"""Colours as RGB triples, and the palettes of the demo shops."""

from typing import NamedTuple

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)


def rgb(text: str) -> Colour:
    """Read ``#rrggbb``."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend towards ``second``; a share of 0 is the first colour, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def lighter(colour: Colour, share: float = 0.2) -> Colour:
    """Blend towards white."""
    return mix(colour, WHITE, share)


def darker(colour: Colour, share: float = 0.2) -> Colour:
    """Blend towards a warm black, which looks less dead than pure black."""
    return mix(colour, (22, 17, 15), share)


def brightness(colour: Colour) -> float:
    """Perceived brightness from 0 to 1."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


class Palette(NamedTuple):
    """What the pictures of one shop have in common: surroundings, light and materials."""

    name: str
    walls: tuple[Colour, ...]
    floors: tuple[Colour, ...]
    shadow: Colour
    pattern: str
    clay: Colour
    wood: Colour
    metal: Colour
    ink: Colour
    paper: Colour
    accents: tuple[Colour, ...]


def _colours(text: str) -> tuple[Colour, ...]:
    return tuple(rgb(word) for word in text.split())


PALETTES = {
    palette.name: palette
    for palette in (
        Palette(
            name="lerfryd",
            walls=_colours("#e9dccb #e3cdb9 #dcd5c6 #e6d3c4"),
            floors=_colours("#dcc6ab #cfae92 #c9bda8 #d2b5a0"),
            shadow=rgb("#4b2a1c"),
            pattern="window",
            clay=rgb("#b98a68"),
            wood=rgb("#a9784c"),
            metal=rgb("#a7a19a"),
            ink=rgb("#4a2c20"),
            paper=rgb("#f4ecdf"),
            accents=_colours("#b0562f #587b8a #7d8658 #c8913a #cf9a86"),
        ),
        Palette(
            name="larderwren",
            walls=_colours("#d5dcc9 #c6d2c0 #e2dfcd #b9c9b8"),
            floors=_colours("#b9996f #a98a63 #c2a981 #96795a"),
            shadow=rgb("#1d2a1e"),
            pattern="leaves",
            clay=rgb("#c7a27c"),
            wood=rgb("#8f6a45"),
            metal=rgb("#b5aa92"),
            ink=rgb("#1f3d2b"),
            paper=rgb("#f3eedd"),
            accents=_colours("#2f5d43 #b5532f #c9962f #6c4a6a #7f9a5a"),
        ),
        Palette(
            name="bolzenried",
            walls=_colours("#c9d3db #dadddd #e6dfd2 #a9bccb"),
            floors=_colours("#8fa0ad #a2aaaf #bda98a #6f8698"),
            shadow=rgb("#0f1c29"),
            pattern="grid",
            clay=rgb("#9aa3a8"),
            wood=rgb("#b98d5a"),
            metal=rgb("#b4bcc3"),
            ink=rgb("#14293d"),
            paper=rgb("#e9eef2"),
            accents=_colours("#1f5f99 #f0a51e #d8452b #2c3e4c #4b8f6b"),
        ),
    )
}
