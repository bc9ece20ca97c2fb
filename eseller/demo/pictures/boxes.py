"""Things with corners: blocks in a slanted view, and frames to lay things out at an angle."""

import math
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from eseller.demo.pictures.colour import Colour, darker, lighter
from eseller.demo.pictures.relief import face
from eseller.demo.pictures.stage import Point, ramp

FRONT = (0.93, 0.13)
SIDE = (0.72, -0.32)


class Frame:
    """Local coordinates: units of length, turned by an angle, around a place in the picture."""

    def __init__(self, x: float, y: float, unit: float, degrees: float = 0) -> None:
        self.x, self.y, self.unit = x, y, unit
        self.cos, self.sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def at(self, x: float, y: float) -> Point:
        """Give the pixel of a local point."""
        return (
            self.x + (x * self.cos - y * self.sin) * self.unit,
            self.y + (x * self.sin + y * self.cos) * self.unit,
        )

    def all(self, points: Sequence[Point]) -> list[Point]:
        """Give the pixels of local points."""
        return [self.at(*point) for point in points]

    def bounds(self, points: Sequence[Point]) -> tuple[float, float, float, float]:
        """Give the box around local points, in pixels."""
        pixels = self.all(points)
        xs, ys = [p[0] for p in pixels], [p[1] for p in pixels]
        return min(xs), min(ys), max(xs), max(ys)


class Block:
    """An upright block whose near edge points at the viewer; it knows the corners of its faces."""

    def __init__(self, x: float, base: float, wide: float, high: float, deep: float) -> None:
        near = x + (FRONT[0] * wide - SIDE[0] * deep) / 2
        self.near = (near, base)
        self.left = (near - FRONT[0] * wide, base - FRONT[1] * wide)
        self.right = (near + SIDE[0] * deep, base + SIDE[1] * deep)
        self.back = (self.left[0] + SIDE[0] * deep, self.left[1] + SIDE[1] * deep)
        self.high = high

    def front(self, low: float = 0, top: float = 1) -> list[Point]:
        """Corners of the front between two shares of the height."""
        return self._wall(self.left, self.near, low, top)

    def side(self, low: float = 0, top: float = 1) -> list[Point]:
        """Corners of the right side between two shares of the height."""
        return self._wall(self.near, self.right, low, top)

    def foot(self) -> list[Point]:
        """Corners on the ground."""
        return [self.left, self.near, self.right, self.back]

    def lid(self, height: float = 1) -> list[Point]:
        """Corners of a level face at a share of the height."""
        return [self._up(point, height) for point in (self.back, self.right, self.near, self.left)]

    def _up(self, point: Point, height: float) -> Point:
        return point[0], point[1] - self.high * height

    def _wall(self, start: Point, end: Point, low: float, top: float) -> list[Point]:
        return [self._up(start, top), self._up(end, top), self._up(end, low), self._up(start, low)]


def panel(
    size: tuple[int, int], colour: Colour, across: Sequence[float] = (255, 246, 232), edge: bool = True
) -> Image.Image:
    """A flat texture with a fall of light and a lighter edge."""
    image = Image.new("RGB", size, colour)
    light = ramp(size, list(across), upright=False)
    image = ImageChops.multiply(image, Image.merge("RGB", (light,) * 3))
    if edge:
        box = (0, 0, size[0] - 1, size[1] - 1)
        ImageDraw.Draw(image).rectangle(box, outline=lighter(colour, 0.28), width=max(1, size[1] // 130))
    return image


def block(
    layer: Image.Image,
    shape: Block,
    colour: Colour,
    front: Image.Image | None = None,
    side: Image.Image | None = None,
) -> None:
    """Draw a block: the front in the light, the side in the shade, the lid brightest."""
    face(layer, panel((160, 160), lighter(colour, 0.2), (255, 250, 240)), shape.lid())
    shade = side or panel((160, 160), colour, edge=False)
    grey = ramp(shade.size, [182, 160], upright=False)
    face(layer, ImageChops.multiply(shade, Image.merge("RGB", (grey,) * 3)), shape.side())
    face(layer, front or panel((240, 240), colour), shape.front())


def edge_tone(colour: Colour) -> Colour:
    """The tone of a groove in a coloured surface."""
    return darker(colour, 0.35)
