"""Bodies of revolution: everything that comes off a potter's wheel, a lathe or a bottling line.

A body is a profile (radius by height) with a texture wrapped around it. The texture is shaded by the real normals
of the surface, then bent onto the picture by a mesh, so stripes and labels curve with the body.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageOps

from eseller.demo.pictures.colour import Colour, darker, lighter, mix
from eseller.demo.pictures.stage import SMOOTH, Point, paste

TEXTURE = (320, 320)
_GRID = (36, 44)
_CELL = (22, 12)


class Profile:
    """Radius by height: smooth through (height 0 at the top to 1 at the foot, radius) points."""

    def __init__(self, points: Sequence[Point], samples: int = 96) -> None:
        self.samples = samples
        self.radii = [_smooth(points, step / samples) for step in range(samples + 1)]

    def __call__(self, height: float) -> float:
        """Give the radius at a height."""
        place = max(0.0, min(1.0, height)) * self.samples
        low = min(int(place), self.samples - 1)
        return self.radii[low] + (self.radii[low + 1] - self.radii[low]) * (place - low)

    def slope(self, height: float) -> float:
        """How fast the radius grows downwards, per unit of height."""
        return (self(height + 0.015) - self(height - 0.015)) / 0.03


class Body(NamedTuple):
    """Where and how a body stands: centre and top in pixels, its height and greatest radius, the viewing tilt."""

    x: float
    top: float
    height: float
    radius: float
    tilt: float = 0.16


class Finish(NamedTuple):
    """How a surface takes light: gloss 0 to 1, sharpness of the highlight, flat facets (0 is round)."""

    gloss: float = 0.35
    sharp: float = 26
    facets: int = 0
    metal: float = 0.0


def _smooth(points: Sequence[Point], height: float) -> float:
    """Monotone enough cubic through the points (Catmull-Rom with the ends doubled)."""
    heights = [point[0] for point in points]
    place = max(0, min(len(points) - 2, bisect_right(heights, height) - 1))
    (h1, r1), (h2, r2) = points[place], points[place + 1]
    h0, r0 = points[max(0, place - 1)]
    h3, r3 = points[min(len(points) - 1, place + 2)]
    span = h2 - h1 or 1e-6
    share = max(0.0, min(1.0, (height - h1) / span))
    first = (r2 - r0) / (h2 - h0 or 1e-6) * span
    second = (r3 - r1) / (h3 - h1 or 1e-6) * span
    cube, square = share**3, share**2
    return (
        (2 * cube - 3 * square + 1) * r1
        + (cube - 2 * square + share) * first
        + (3 * square - 2 * cube) * r2
        + (cube - square) * second
    )


def turn(layer: Image.Image, body: Body, profile: Profile, texture: Image.Image, finish: Finish) -> None:
    """Draw a body of revolution on a layer.

    Args:
        layer: RGBA picture that receives it.
        body: its place and size.
        profile: its shape; radii are shares of ``body.radius``.
        texture: RGB picture of the visible half, left to right edge and top to foot.
        finish: how it takes light.
    """
    shaded = _shade(texture, body, profile, finish)
    reach = max(profile.radii) * body.radius
    rise, drop = body.tilt * profile(0) * body.radius, body.tilt * profile(1) * body.radius
    box = (
        math.floor(body.x - reach) - 2,
        math.floor(body.top - rise) - 2,
        math.ceil(body.x + reach) + 2,
        math.ceil(body.top + body.height + drop + reach * body.tilt * 0.2) + 2,
    )
    size = (box[2] - box[0], box[3] - box[1])
    skin = shaded.transform(
        size, Image.Transform.MESH, _mesh(body, profile, box, texture.size), Image.Resampling.BILINEAR
    )
    paste(layer, skin, box[:2], _silhouette(body, profile, box))


def _silhouette(body: Body, profile: Profile, box: tuple[int, int, int, int]) -> Image.Image:
    """The outline: a stack of ellipses, with straight sides between them."""
    size = ((box[2] - box[0]) * SMOOTH, (box[3] - box[1]) * SMOOTH)
    mask = Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    left: list[Point] = []
    right: list[Point] = []
    for step in range(profile.samples + 1):
        radius = profile.radii[step] * body.radius * SMOOTH
        x = (body.x - box[0]) * SMOOTH
        y = (body.top + body.height * step / profile.samples - box[1]) * SMOOTH
        flat = radius * body.tilt
        draw.ellipse((x - radius, y - flat, x + radius, y + flat), fill=255)
        left.append((x - radius, y))
        right.append((x + radius, y))
    draw.polygon(left + right[::-1], fill=255)
    return mask.reduce(SMOOTH)


def _mesh(
    body: Body, profile: Profile, box: tuple[int, int, int, int], texture: tuple[int, int]
) -> list[tuple[tuple[int, int, int, int], tuple[float, ...]]]:
    """Map cells of the picture to the texture: which angle and height is seen there."""
    width, height = box[2] - box[0], box[3] - box[1]
    columns = [*range(0, width, _CELL[0]), width]
    rows = [*range(0, height, _CELL[1]), height]
    seen = [[_unwrap(body, profile, box[0] + x, box[1] + y, texture) for x in columns] for y in rows]
    mesh: list[tuple[tuple[int, int, int, int], tuple[float, ...]]] = []
    for row in range(len(rows) - 1):
        for column in range(len(columns) - 1):
            corners = (
                *seen[row][column],
                *seen[row + 1][column],
                *seen[row + 1][column + 1],
                *seen[row][column + 1],
            )
            mesh.append(((columns[column], rows[row], columns[column + 1], rows[row + 1]), corners))
    return mesh


def _unwrap(body: Body, profile: Profile, x: float, y: float, texture: tuple[int, int]) -> Point:
    """The texture point seen at a pixel: two rounds of guessing the height are enough at small tilts."""
    aside = x - body.x
    height = (y - body.top) / body.height
    radius = 1.0
    for _ in range(3):
        radius = max(1.0, profile(height) * body.radius)
        bulge = math.sqrt(max(0.0, radius * radius - aside * aside))
        height = (y - body.tilt * bulge - body.top) / body.height
    turn_share = 0.5 + math.asin(max(-1.0, min(1.0, aside / radius))) / math.pi
    return turn_share * (texture[0] - 1), max(0.0, min(1.0, height)) * (texture[1] - 1)


def _shade(texture: Image.Image, body: Body, profile: Profile, finish: Finish) -> Image.Image:
    """Multiply light and shadow into a texture and lay the highlight over it."""
    slopes = tuple(
        round(profile.slope((row + 0.5) / _GRID[1]) * body.radius / body.height, 2) for row in range(_GRID[1])
    )
    light, shine = _lightmaps(slopes, finish)
    light = light.resize(texture.size, Image.Resampling.BICUBIC)
    if finish.facets:
        light = light.resize((finish.facets, texture.size[1])).resize(texture.size, Image.Resampling.NEAREST)
    warm = ImageOps.colorize(light, black=(24, 17, 20), white=(255, 255, 255), mid=(152, 138, 132))
    shaded = ImageChops.multiply(texture, warm)
    shine = shine.resize(texture.size, Image.Resampling.BICUBIC)
    return ImageChops.screen(shaded, Image.merge("RGB", (shine,) * 3))


@lru_cache(maxsize=64)
def _lightmaps(slopes: tuple[float, ...], finish: Finish) -> tuple[Image.Image, Image.Image]:
    """Diffuse and highlight maps over angle and height, from the normals of the surface."""
    light_x, light_y, light_z = -0.58, 0.52, 0.63
    half_x, half_y, half_z = _unit(-0.62, 0.42, 1.2)
    diffuse = bytearray()
    shine = bytearray()
    for row, slope in enumerate(slopes):
        outward = 1 / math.sqrt(1 + slope * slope)
        # A radius that grows downwards means a surface that looks up.
        up = slope * outward
        foot = min(1.0, (len(slopes) - row) / 6)
        for column in range(_GRID[0]):
            angle = ((column + 0.5) / _GRID[0] - 0.5) * math.pi
            side, front = math.sin(angle) * outward, math.cos(angle) * outward
            lit = side * light_x + up * light_y + front * light_z
            wrapped = max(0.0, (lit + 0.3) / 1.3)
            back = max(0.0, side - 0.72) * 0.55
            value = 0.27 + 0.12 * up + 0.92 * wrapped + back
            if finish.metal:
                bands = 0.5 + 0.5 * math.sin(angle * 5.2 + 0.7)
                value += finish.metal * (bands - 0.55) * 0.5
            value *= 0.8 + 0.2 * foot
            glint = max(0.0, side * half_x + up * half_y + front * half_z) ** finish.sharp
            edge = max(0.0, side - 0.86) * 1.6
            diffuse.append(max(0, min(255, round(value * 240))))
            shine.append(max(0, min(255, round(255 * finish.gloss * (0.95 * glint + 0.25 * edge)))))
    return Image.frombytes("L", _GRID, bytes(diffuse)), Image.frombytes("L", _GRID, bytes(shine))


def _unit(x: float, y: float, z: float) -> tuple[float, float, float]:
    length = math.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


class Rim(NamedTuple):
    """The mouth of a vessel: colour of the lip and of the inside, thickness of the lip as share of the radius."""

    lip: Colour
    inside: Colour
    thickness: float = 0.06
    fill: Colour | None = None
    fill_depth: float = 0.35


def mouth(layer: Image.Image, body: Body, radius: float, rim: Rim, y: float | None = None) -> None:
    """Draw the opening on top of a body: lip, dark inside, and what is in it.

    Args:
        layer: RGBA picture that receives it.
        body: the body whose top it is.
        radius: of the opening, as share of the body's radius.
        rim: colours and thickness.
        y: centre of the opening in pixels; the body's top without it.
    """
    wide = radius * body.radius
    flat = wide * body.tilt
    centre = body.top if y is None else y
    left, top = math.floor(body.x - wide) - 2, math.floor(centre - flat) - 2
    size = (math.ceil(wide * 2) + 5, math.ceil(flat * 2) + 5)
    big = (size[0] * SMOOTH, size[1] * SMOOTH)
    x0, y0 = (body.x - left) * SMOOTH, (centre - top) * SMOOTH

    def oval(share: float, shift: float = 0.0) -> Image.Image:
        mask = Image.new("L", big)
        rx, ry = wide * share * SMOOTH, flat * share * SMOOTH
        down = shift * flat * SMOOTH
        ImageDraw.Draw(mask).ellipse((x0 - rx, y0 - ry + down, x0 + rx, y0 + ry + down), fill=255)
        return mask.reduce(SMOOTH)

    lip = Image.linear_gradient("L").rotate(90).resize(size)
    paste(layer, ImageOps.colorize(lip, lighter(rim.lip, 0.42), darker(rim.lip, 0.1)), (left, top), oval(1))
    inner = 1 - rim.thickness
    # The light comes from the left: it falls on the right of the inside, and the left stays dark.
    across = Image.linear_gradient("L").rotate(90).resize(size)
    deep = ImageOps.colorize(across, darker(rim.inside, 0.6), lighter(rim.inside, 0.12), darker(rim.inside, 0.26))
    hole = oval(inner)
    paste(layer, deep, (left, top), hole)
    back = ImageChops.multiply(hole, Image.linear_gradient("L").resize(size).transpose(Image.Transpose.ROTATE_180))
    shade = back.point([v // 3 for v in range(256)])
    paste(layer, Image.new("RGB", size, darker(rim.inside, 0.75)), (left, top), shade)
    if rim.fill:
        level = ImageChops.darker(oval(inner * (1 - rim.fill_depth * 0.25), rim.fill_depth), hole)
        tone = ImageOps.colorize(across, darker(rim.fill, 0.25), lighter(rim.fill, 0.22), rim.fill)
        paste(layer, tone, (left, top), level)


def disc(layer: Image.Image, body: Body, texture: Image.Image, radius: float = 1.0) -> None:
    """Lay a round texture flat on top of a body: a lid, a slice, the face of a plate."""
    wide, flat = radius * body.radius, radius * body.radius * body.tilt
    left, top = math.floor(body.x - wide), math.floor(body.top - flat)
    size = (math.ceil(wide * 2) + 1, math.ceil(flat * 2) + 1)
    mask = Image.new("L", (size[0] * SMOOTH, size[1] * SMOOTH))
    ImageDraw.Draw(mask).ellipse((0, 0, size[0] * SMOOTH - 1, size[1] * SMOOTH - 1), fill=255)
    paste(layer, texture.resize(size, Image.Resampling.BICUBIC), (left, top), mask.reduce(SMOOTH))


def plain(colour: Colour, size: tuple[int, int] = TEXTURE) -> Image.Image:
    """A texture of one colour."""
    return Image.new("RGB", size, colour)


def blend(first: Colour, second: Colour, size: tuple[int, int] = TEXTURE) -> Image.Image:
    """A texture that goes from one colour at the top to another at the foot."""
    return ImageOps.colorize(Image.linear_gradient("L").resize(size), first, second, mix(first, second, 0.5))
