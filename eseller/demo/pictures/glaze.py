"""Glazes: textures for pottery."""

import math
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from eseller.demo.pictures.colour import Colour, brightness, darker, lighter, mix
from eseller.demo.pictures.lathe import TEXTURE
from eseller.demo.pictures.stage import noise


def glaze(style: str, colour: Colour, clay: Colour, random: Random) -> Image.Image:
    """Give the texture of a glazed pot: solid, speckle, dip, drip, stripe, rim or bare."""
    width, height = TEXTURE
    if style == "bare":
        return _mottle(Image.new("RGB", TEXTURE, colour), darker(colour, 0.4), 0.5)
    image = _mottle(Image.new("RGB", TEXTURE, colour), darker(colour, 0.35), 0.3)
    draw = ImageDraw.Draw(image)
    if style == "dip":
        edge = _wave(random, height * random.uniform(0.56, 0.72), height * 0.035)
        _lower(image, _mottle(Image.new("RGB", TEXTURE, clay), darker(clay, 0.4), 0.5), edge)
        draw.line(edge, fill=darker(colour, 0.3), width=4)
    elif style == "drip":
        under = lighter(colour, 0.5) if brightness(colour) < 0.6 else mix(colour, clay, 0.7)
        _lower(image, _mottle(Image.new("RGB", TEXTURE, under), clay, 0.6), _drips(random, width, height))
    elif style == "stripe":
        light = mix(clay, (247, 240, 226), 0.85)
        image.paste(light, (0, 0, width, height))
        for top in (0.16, 0.4, 0.64):
            band = (0, round(top * height), width, round((top + 0.13) * height))
            draw.rectangle(band, fill=colour)
    if style == "rim":
        draw.rectangle((0, 0, width, round(height * 0.1)), fill=mix(colour, clay, 0.7))
        image = image.filter(ImageFilter.GaussianBlur(3))
    if style == "speckle" or (style == "dip" and random.random() < 0.4):
        _speckle(image, random, mix(clay, (60, 38, 25), 0.65), 260)
    return image


def _mottle(image: Image.Image, colour: Colour, share: float) -> Image.Image:
    """Let a second colour through in clouds, as glaze does where it is thin."""
    cloud = noise(24, 24, 1.3, 11).resize(image.size, Image.Resampling.BICUBIC)
    fine = noise(*image.size, 0.7, 12)
    mask = ImageChops.add(cloud, fine, 2).point([round(max(0, min(255, (v - 118) * 1.5)) * share) for v in range(256)])
    image.paste(colour, (0, 0), mask)
    return image


def _speckle(image: Image.Image, random: Random, colour: Colour, count: int) -> None:
    draw = ImageDraw.Draw(image)
    for _ in range(count):
        x, y = random.uniform(0, image.size[0]), random.uniform(0, image.size[1])
        size = random.choice((0.5, 0.6, 0.8, 0.8, 1.2, 1.7))
        draw.ellipse((x - size, y - size, x + size, y + size), fill=colour)


def _wave(random: Random, height: float, swing: float) -> list[tuple[float, float]]:
    phase, second = random.uniform(0, 6.3), random.uniform(0, 6.3)
    lean = random.uniform(-1, 1) * swing
    return [
        (
            x,
            height
            + swing * 0.6 * math.sin(x / 47 + phase)
            + swing * 0.3 * math.sin(x / 19 + second)
            + lean * (x / TEXTURE[0] - 0.5) * 2,
        )
        for x in range(0, TEXTURE[0] + 8, 8)
    ]


def _drips(random: Random, width: int, height: int) -> list[tuple[float, float]]:
    """The lower edge of a glaze that ran: long and short tongues."""
    points: list[tuple[float, float]] = []
    x = -10.0
    while x < width + 10:
        broad = random.uniform(20, 40)
        deep = height * random.uniform(0.42, 0.8)
        high = height * random.uniform(0.32, 0.42)
        for step in range(9):
            share = step / 8
            points.append((x + broad * share, high + (deep - high) * math.sin(math.pi * share) ** 0.55))
        x += broad
    return points


def _lower(image: Image.Image, under: Image.Image, edge: list[tuple[float, float]]) -> None:
    """Put another texture below an edge."""
    width, height = image.size
    mask = Image.new("L", image.size)
    ImageDraw.Draw(mask).polygon([*edge, (width, height), (0, height)], fill=255)
    shadow = mask.filter(ImageFilter.GaussianBlur(5))
    image.paste(under, (0, 0), mask.filter(ImageFilter.GaussianBlur(0.8)))
    seam = ImageChops.multiply(shadow, ImageChops.invert(shadow)).point([min(90, v * 2) for v in range(256)])
    image.paste(darker(under.getpixel((width // 2, height - 4)), 0.6), (0, 0), seam)  # type: ignore[arg-type]
