"""The stage: a lit background, soft shadows, and layers put on it.

Everything is drawn in pixels of the finished picture; smooth edges come from masks drawn three times as large.
Shadows and light are computed small and enlarged: they are soft anyway.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from eseller.demo.pictures.colour import Colour, Palette, darker, lighter, mix

Point = tuple[float, float]
SMOOTH = 3
_SMALL = 4


@lru_cache(maxsize=64)
def noise(width: int, height: int, blur: float = 0, seed: int = 7) -> Image.Image:
    """Give grey noise around 128; the same for the same arguments. Do not change it in place."""
    image = Image.frombytes("L", (width, height), Random(seed).randbytes(width * height))  # noqa: S311 grain, no secret
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur))
        image = image.point([max(0, min(255, round(128 + (v - 128) * blur * 2.4))) for v in range(256)])
    return image


def ramp(size: tuple[int, int], values: Sequence[float], *, upright: bool = True) -> Image.Image:
    """Give a smooth grey gradient through ``values`` (0 to 255), downwards or to the right."""
    data = bytes(max(0, min(255, round(value))) for value in values)
    strip = Image.frombytes("L", (1, len(data)) if upright else (len(data), 1), data)
    return strip.resize(size, Image.Resampling.BICUBIC)


class Stage:
    """A picture in the making.

    Attributes:
        image: the picture so far.
        unit: pixels that kinds take as 1.0; objects are about half a unit high.
    """

    def __init__(self, palette: Palette, random: Random, size: tuple[int, int], *, flat: bool = False) -> None:
        self.palette = palette
        self.random = random
        self.size = size
        self.unit = min(size)
        self.flat = flat
        place = random.randrange(len(palette.walls))
        self.image = _background(palette, place, size, flat, random.randrange(3)).copy()

    def layer(self) -> Image.Image:
        """Give an empty transparent layer of the picture's size."""
        return Image.new("RGBA", self.size, (0, 0, 0, 0))

    def put(
        self,
        layer: Image.Image,
        base: float,
        *,
        strength: float = 0.5,
        lift: float = 0.0,
        foot: Sequence[Point] = (),
    ) -> None:
        """Lay a layer's shadow, then the layer.

        Args:
            layer: transparent picture of the object.
            base: y in pixels where it touches the ground.
            strength: darkness of the shadow, 0 to 1.
            lift: height above the ground in pixels, for things that hang or lie on others.
            foot: corners on the ground of things that are not round.
        """
        if self.flat:
            self._drop_shadow(layer, strength, lift)
        else:
            self._cast_shadow(layer, base, strength, foot)
        self.image.paste(layer, (0, 0), layer)

    def finish(self) -> Image.Image:
        """Add the last film of grain."""
        return ImageChops.add(self.image, _grain(self.size), 1, -126)

    def _cast_shadow(self, layer: Image.Image, base: float, strength: float, foot: Sequence[Point]) -> None:
        """A long soft shadow to the right and back, and a tight dark one where the thing stands."""
        small = layer.getchannel("A").reduce(_SMALL)
        ground = base / _SMALL
        lean, flatten = 0.62, 0.26
        # For each shadow pixel, the point of the object it comes from: height above ground gives the shift.
        away = (1, lean / flatten, -ground * lean / flatten, 0, 1 / flatten, ground - ground / flatten)
        cast = small.transform(small.size, Image.Transform.AFFINE, away, Image.Resampling.BILINEAR)
        cast = cast.filter(ImageFilter.GaussianBlur(self.unit / _SMALL * 0.022))
        contact = Image.new("L", small.size)
        if foot:
            ImageDraw.Draw(contact).polygon([(x / _SMALL, y / _SMALL + 1) for x, y in foot], fill=255)
        else:
            self._contact(contact, small, ground)
        contact = contact.filter(ImageFilter.GaussianBlur(self.unit / _SMALL * 0.012))
        both = ImageChops.lighter(cast.point(_times(strength)), contact.point(_times(strength * 1.35)))
        self._darken(both)

    def _contact(self, contact: Image.Image, small: Image.Image, ground: float) -> None:
        """An ellipse under what is near the ground."""
        unit = self.unit / _SMALL
        low = small.crop((0, max(0, round(ground - unit * 0.05)), *small.size)).getbbox()
        if low is None:
            return
        wide = (low[2] - low[0]) * 0.06
        box = (low[0] - wide * 0.2, ground - unit * 0.022, low[2] + wide * 2, ground + unit * 0.02)
        ImageDraw.Draw(contact).ellipse(box, fill=255)

    def _drop_shadow(self, layer: Image.Image, strength: float, lift: float) -> None:
        """For things seen from above: a near and a far shadow towards the lower right."""
        small = layer.getchannel("A").reduce(_SMALL)
        near, far = (max(1, round(self.unit * share / _SMALL + lift / _SMALL)) for share in (0.008, 0.03))
        blur = self.unit / _SMALL
        tight = _moved(small, near).filter(ImageFilter.GaussianBlur(blur * 0.008))
        loose = _moved(small, far).filter(ImageFilter.GaussianBlur(blur * 0.026))
        self._darken(ImageChops.lighter(tight.point(_times(strength * 1.1)), loose.point(_times(strength * 0.75))))

    def _darken(self, small: Image.Image) -> None:
        mask = small.resize(self.size, Image.Resampling.BICUBIC)
        self.image.paste(mix(self.palette.shadow, (0, 0, 0), 0.1), (0, 0), mask)


@lru_cache(maxsize=4)
def _grain(size: tuple[int, int]) -> Image.Image:
    tile = Image.new("L", size)
    for x in range(0, size[0], 256):
        for y in range(0, size[1], 256):
            tile.paste(noise(256, 256), (x, y))
    tile = tile.point([126 + (v - 128) // 26 for v in range(256)])
    return Image.merge("RGB", (tile, tile, tile))


@lru_cache(maxsize=24)
def _background(palette: Palette, place: int, size: tuple[int, int], flat: bool, pattern: int) -> Image.Image:
    """A wall that meets a table, or a table seen from above; lit from the upper left."""
    width, height = size
    wall, floor = palette.walls[place], palette.floors[place]
    if flat:
        image = Image.new("RGB", size, mix(floor, wall, 0.55))
        _light(image, [255, 235, 190, 120], [255, 235, 205, 150], lighter(wall, 0.45), 0.55)
        _surface(image, palette, (0, height))
    else:
        horizon = round(height * 0.7)
        image = Image.new("RGB", size, wall)
        _light(image, [255, 220, 150, 60], [235, 235, 190, 140], lighter(wall, 0.55), 0.7)
        _wall_pattern(image, palette, horizon, pattern)
        table = Image.new("RGB", size, floor)
        _light(table, [255, 235, 190, 110], [160, 200, 235, 255], lighter(floor, 0.4), 0.6)
        _surface(table, palette, (horizon, height))
        edge = ramp((width, height), [0] * 66 + [10, 90, 215, 255, 255, 255] + [255] * 24)
        image.paste(table, (0, 0), edge)
    vignette = Image.radial_gradient("L").resize(size, Image.Resampling.BICUBIC)
    image.paste(darker(floor, 0.55), (0, 0), vignette.point([max(0, v - 150) // 2 for v in range(256)]))
    return image


def _light(image: Image.Image, across: list[float], down: list[float], colour: Colour, share: float) -> None:
    """Wash a colour over the picture, by the product of two gradients."""
    wash = ImageChops.multiply(ramp(image.size, across, upright=False), ramp(image.size, down))
    image.paste(colour, (0, 0), wash.point(_times(share)))


def _wall_pattern(image: Image.Image, palette: Palette, horizon: int, pattern: int) -> None:
    """What the light brings with it: a window, leaves, or the lines of a pegboard."""
    width, height = image.size
    small = Image.new("L", (width // _SMALL, height // _SMALL))
    draw = ImageDraw.Draw(small)
    unit = height / _SMALL
    random = Random(pattern)  # noqa: S311 leaves, no secret
    if palette.pattern == "window":
        left = (0.5 + pattern * 0.14) * unit
        for column in range(2):
            for row in range(2):
                x = left + column * 0.21 * unit
                y = (0.06 + row * 0.27) * unit + column * 0.05 * unit
                draw.polygon(
                    [
                        (x, y),
                        (x + 0.19 * unit, y + 0.045 * unit),
                        (x + 0.12 * unit, y + 0.29 * unit),
                        (x - 0.07 * unit, y + 0.245 * unit),
                    ],
                    fill=125,
                )
        image.paste(lighter(palette.walls[0], 0.75), (0, 0), _soft(small, image.size, unit * 0.012))
    elif palette.pattern == "leaves":
        for twig in range(2 + pattern % 2):
            _twig(draw, random, (random.uniform(0.55, 1.0) * unit, (-0.05 + twig * 0.12) * unit), unit)
        image.paste(darker(palette.walls[0], 0.45), (0, 0), _soft(small, image.size, unit * 0.009))
    else:
        step = 0.075 * unit
        for row in range(int(horizon / _SMALL / step)):
            for column in range(int(width / _SMALL / step) + 1):
                x, y = (column + 0.5) * step, (row + 0.4) * step
                draw.ellipse((x - 2.2, y - 2.2, x + 2.2, y + 2.2), fill=70)
        image.paste(darker(palette.walls[0], 0.5), (0, 0), _soft(small, image.size, 0.7))


def _twig(draw: ImageDraw.ImageDraw, random: Random, start: Point, unit: float) -> None:
    """The shadow of a branch with leaves, hanging in from above."""
    x, y = start
    angle = random.uniform(1.75, 2.4)
    for leaf in range(9):
        angle += random.uniform(-0.08, 0.14)
        nx, ny = x + math.cos(angle) * unit * 0.055, y + math.sin(angle) * unit * 0.055
        draw.line((x, y, nx, ny), fill=70, width=2)
        side = angle + (1.0 if leaf % 2 else -1.0)
        length = unit * (0.12 - leaf * 0.006)
        tip = (x + math.cos(side) * length, y + math.sin(side) * length)
        bulge = (math.cos(side + math.pi / 2) * length * 0.24, math.sin(side + math.pi / 2) * length * 0.24)
        middle = ((x + tip[0]) / 2, (y + tip[1]) / 2)
        draw.polygon(
            [(x, y), (middle[0] + bulge[0], middle[1] + bulge[1]), tip, (middle[0] - bulge[0], middle[1] - bulge[1])],
            fill=85,
        )
        x, y = nx, ny


def _surface(image: Image.Image, palette: Palette, rows: tuple[int, int]) -> None:
    """Give the table its material: plaster, wooden boards or brushed steel."""
    width = image.size[0]
    band = (width, max(1, rows[1] - rows[0]))
    if palette.pattern == "leaves":
        grain = noise(20, 160, 1.2, 3).resize(band, Image.Resampling.BICUBIC)
        share = 0.34
    elif palette.pattern == "grid":
        grain = noise(6, 300, 0.8, 5).resize(band, Image.Resampling.BICUBIC)
        share = 0.16
    else:
        grain = noise(120, 120, 1.6, 4).resize(band, Image.Resampling.BICUBIC)
        share = 0.12
    tone = darker(palette.floors[0], 0.5)
    image.paste(tone, (0, rows[0]), grain.point([round(max(0, v - 118) * share) for v in range(256)]))


def _moved(mask: Image.Image, step: int) -> Image.Image:
    """Shift a mask to the lower right; nothing comes round the other side."""
    moved = Image.new("L", mask.size)
    moved.paste(mask, (step, step))
    return moved


def _soft(small: Image.Image, size: tuple[int, int], blur: float) -> Image.Image:
    return small.filter(ImageFilter.GaussianBlur(blur)).resize(size, Image.Resampling.BICUBIC)


def _times(share: float) -> list[int]:
    """A look-up table that scales grey values."""
    return [min(255, round(v * share)) for v in range(256)]


def paste(layer: Image.Image, picture: Image.Image, place: tuple[int, int], mask: Image.Image) -> None:
    """Lay an RGB picture on an RGBA layer through a mask, keeping soft edges right."""
    patch = picture.convert("RGBA")
    patch.putalpha(mask)
    stamp(layer, patch, place)


def stamp(layer: Image.Image, patch: Image.Image, place: tuple[int, int]) -> None:
    """Lay an RGBA picture on a layer; what is off the layer is cut away."""
    left, top = max(0, -place[0]), max(0, -place[1])
    if left >= patch.width or top >= patch.height:
        return
    if left or top:
        patch = patch.crop((left, top, *patch.size))
    layer.alpha_composite(patch, (place[0] + left, place[1] + top))
