"""Colours as sRGB hex, and the contrast between them as WCAG 2 reckons it. Pure."""

import colorsys
import re

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def is_colour(text: str) -> bool:
    """Tell whether a text is a colour that we accept: ``#rrggbb`` and nothing else."""
    return _HEX.fullmatch(text) is not None


def channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue (0 to 255) of ``#rrggbb``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 for black to 1 for white."""
    red, green, blue = (_linear(channel / 255) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21. Text wants 4.5, large text and edges of controls 3."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Return ``one`` with a share (0 to 1) of ``other`` in it."""
    pairs = zip(channels(one), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def shade(colour: str, lightness: float, most_saturation: float = 1.0) -> str:
    """Return the hue of a colour at a lightness (0 to 1), no more saturated than told."""
    hue, _, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in channels(colour)))
    parts = colorsys.hls_to_rgb(hue, lightness, min(saturation, most_saturation))
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def readable(colour: str, on: list[str], ratio: float = 4.5) -> str:
    """Return the colour, made darker or lighter only as far as it takes to stand out from all of ``on``."""
    goal = 0.0 if luminance(on[0]) > 0.18 else 1.0
    start = colorsys.rgb_to_hls(*(channel / 255 for channel in channels(colour)))[1]
    for step in range(51):
        moved = shade(colour, start + (goal - start) * step / 50) if step else colour
        if min(contrast(moved, ground) for ground in on) >= ratio:
            return moved
    return "#ffffff" if goal else "#000000"


def ink_for(fill: str) -> str:
    """Return near-black or white, whichever reads better on a filled surface; always at least 4.5."""
    dark = mix(fill, "#000000", 0.9)
    best = dark if contrast(dark, fill) > contrast("#ffffff", fill) else "#ffffff"
    return best if contrast(best, fill) >= 4.5 else "#000000"


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
