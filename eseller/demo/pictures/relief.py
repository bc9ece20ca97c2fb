"""Solids from outlines: a mask becomes a soft, lit thing, and flat faces are put into perspective."""

import math
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from eseller.demo.pictures.colour import Colour, darker, lighter
from eseller.demo.pictures.stage import SMOOTH, Point, paste

Box = tuple[int, int, int, int]


class Outline:
    """A mask in the making, drawn large for smooth edges, in pixels of the picture."""

    def __init__(self, box: tuple[float, float, float, float]) -> None:
        self.box: Box = (
            math.floor(box[0]) - 12,
            math.floor(box[1]) - 12,
            math.ceil(box[2]) + 12,
            math.ceil(box[3]) + 12,
        )
        self.size = (self.box[2] - self.box[0], self.box[3] - self.box[1])
        self._mask = Image.new("L", (self.size[0] * SMOOTH, self.size[1] * SMOOTH))
        self._draw = ImageDraw.Draw(self._mask)

    def polygon(self, points: Sequence[Point], fill: int = 255) -> "Outline":
        """Fill (or with 0 cut out) a polygon."""
        self._draw.polygon([self._at(point) for point in points], fill=fill)
        return self

    def ellipse(self, x: float, y: float, rx: float, ry: float | None = None, fill: int = 255) -> "Outline":
        """Fill or cut out an ellipse by its centre and radii."""
        high = rx if ry is None else ry
        (left, top), (right, bottom) = self._at((x - rx, y - high)), self._at((x + rx, y + high))
        self._draw.ellipse((left, top, right, bottom), fill=fill)
        return self

    def rectangle(
        self, left: float, top: float, right: float, bottom: float, radius: float = 0, fill: int = 255
    ) -> "Outline":
        """Fill or cut out a rectangle, with round corners when a radius is given."""
        box = (*self._at((left, top)), *self._at((right, bottom)))
        self._draw.rounded_rectangle(box, radius * SMOOTH, fill=fill)
        return self

    def path(self, points: Sequence[Point], widths: Sequence[float], fill: int = 255) -> "Outline":
        """Draw a round stroke whose width runs through ``widths`` along its length."""
        for (x0, y0), (x1, y1), start, end in _strokes(points, widths):
            steps = max(2, round(math.hypot(x1 - x0, y1 - y0)))
            for step in range(steps + 1):
                share = step / steps
                half = (start + (end - start) * share) / 2
                self.ellipse(x0 + (x1 - x0) * share, y0 + (y1 - y0) * share, half, fill=fill)
        return self

    def mask(self) -> Image.Image:
        """Give the finished mask, of ``size``."""
        return self._mask.reduce(SMOOTH)

    def _at(self, point: Point) -> Point:
        return (point[0] - self.box[0]) * SMOOTH, (point[1] - self.box[1]) * SMOOTH


def _strokes(points: Sequence[Point], widths: Sequence[float]) -> list[tuple[Point, Point, float, float]]:
    """Pair the points of a path with the width at each end."""
    last = len(points) - 1

    def width(place: int) -> float:
        at = place / last * (len(widths) - 1)
        low = min(int(at), len(widths) - 2) if len(widths) > 1 else 0
        high = min(low + 1, len(widths) - 1)
        return widths[low] + (widths[high] - widths[low]) * (at - low)

    return [(points[i], points[i + 1], width(i), width(i + 1)) for i in range(last)]


def curve(points: Sequence[Point], steps: int = 24) -> list[Point]:
    """Sample a Bézier curve by its control points."""
    result = []
    for step in range(steps + 1):
        share = step / steps
        work = list(points)
        while len(work) > 1:
            work = [(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in pairwise(work)]
        result.append(work[0])
    return result


def inflate(
    layer: Image.Image,
    outline: Outline,
    skin: Colour | Image.Image,
    *,
    depth: float,
    strength: float = 1.0,
    gloss: float = 0.25,
) -> None:
    """Lay an outline on a layer as a solid that rises from its edges, lit from the upper left.

    Args:
        layer: RGBA picture that receives it.
        outline: the shape.
        skin: a colour, or an RGB picture of the outline's size.
        depth: how far from the edge it rises, in pixels.
        strength: how strongly slopes show.
        gloss: brightness of the highlight.
    """
    mask = outline.mask()
    texture = Image.new("RGB", outline.size, skin) if isinstance(skin, tuple) else skin
    lit = shine(texture, mask, depth=depth, strength=strength, gloss=gloss)
    paste(layer, lit, outline.box[:2], mask)


def shine(
    texture: Image.Image, mask: Image.Image, *, depth: float, strength: float = 1.0, gloss: float = 0.25
) -> Image.Image:
    """Light a texture as if its mask were a hill: bright towards the upper left, dark away from it."""
    hill = mask.filter(ImageFilter.GaussianBlur(depth * 0.5))
    step = max(1, round(depth * 0.3))
    slope = ImageChops.subtract(ImageChops.offset(hill, -step, -step), ImageChops.offset(hill, step, step), 2, 128)
    shade = slope.point([max(0, min(255, round(238 + (v - 128) * 2.6 * strength))) for v in range(256)])
    light = slope.point([max(0, min(255, round((v - 150) * 3.2 * gloss * strength))) for v in range(256)])
    shaded = ImageChops.multiply(texture, Image.merge("RGB", (shade,) * 3))
    return ImageChops.screen(shaded, Image.merge("RGB", (light,) * 3))


def tube(
    layer: Image.Image,
    points: Sequence[Point],
    widths: Sequence[float],
    colour: Colour,
    *,
    gloss: float = 0.4,
    strength: float = 1.0,
) -> None:
    """Draw a round bar along a path: a handle, a spout, a cord, a twig."""
    reach = max(widths) / 2
    outline = Outline(
        (
            min(p[0] for p in points) - reach,
            min(p[1] for p in points) - reach,
            max(p[0] for p in points) + reach,
            max(p[1] for p in points) + reach,
        )
    )
    outline.path(points, widths)
    inflate(layer, outline, colour, depth=max(widths) * 0.55, gloss=gloss, strength=strength)


def face(layer: Image.Image, texture: Image.Image, corners: Sequence[Point]) -> None:
    """Put a rectangular texture onto four corners (upper left, upper right, lower right, lower left)."""
    left, top = math.floor(min(p[0] for p in corners)) - 1, math.floor(min(p[1] for p in corners)) - 1
    right, bottom = math.ceil(max(p[0] for p in corners)) + 1, math.ceil(max(p[1] for p in corners)) + 1
    local = [(x - left, y - top) for x, y in corners]
    width, height = texture.size
    source = [(0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height))]
    size = (right - left, bottom - top)
    bent = texture.transform(size, Image.Transform.PERSPECTIVE, _perspective(local, source), Image.Resampling.BICUBIC)
    mask = Image.new("L", (size[0] * SMOOTH, size[1] * SMOOTH))
    ImageDraw.Draw(mask).polygon([(x * SMOOTH, y * SMOOTH) for x, y in local], fill=255)
    paste(layer, bent, (left, top), mask.reduce(SMOOTH))


def _perspective(target: Sequence[Point], source: Sequence[Point]) -> list[float]:
    """Coefficients that take target points back to source points (eight equations, solved by elimination)."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for column in range(8):
        pivot = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        head = rows[column][column]
        rows[column] = [value / head for value in rows[column]]
        for row in range(8):
            if row != column and rows[row][column]:
                times = rows[row][column]
                rows[row] = [a - times * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [row[8] for row in rows]


def metal(size: tuple[int, int], colour: Colour, *, upright: bool = False) -> Image.Image:
    """A brushed metal texture: bands of light and dark, as a room reflects in it."""
    tones = [0.1, 0.35, 0.55, 0.28, 0.05, 0.2, 0.5, 0.3, 0.1]
    data = b"".join(bytes(lighter(colour, tone) if tone >= 0.25 else darker(colour, 0.28 - tone)) for tone in tones)
    strip = Image.frombytes("RGB", (1, len(tones)) if not upright else (len(tones), 1), data)
    return strip.resize(size, Image.Resampling.BICUBIC)
