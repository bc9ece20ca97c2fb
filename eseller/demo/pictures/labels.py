"""Labels for tins, pouches and jars: paper, bands, a small emblem and lines of type."""

import math
from random import Random

from PIL import Image, ImageDraw, ImageFont

from eseller.demo.pictures.colour import Colour, Palette, darker, lighter
from eseller.demo.pictures.stage import Point

EMBLEMS = ("sprig", "sun", "cup", "wren", "diamond", "berries")


def label(
    size: tuple[int, int], paper: Colour, ink: Colour, random: Random, *, title: str = "", emblem: str = ""
) -> Image.Image:
    """Draw a label: a double frame, an emblem, a title and two lines of small print."""
    width, height = size
    image = Image.new("RGB", size, paper)
    draw = ImageDraw.Draw(image)
    unit = min(width, height)
    draw.rectangle((unit * 0.05, unit * 0.05, width - unit * 0.05, height - unit * 0.05), outline=ink, width=2)
    if random.random() < 0.5:
        draw.rectangle((unit * 0.09, unit * 0.09, width - unit * 0.09, height - unit * 0.09), outline=ink)
    draw_emblem(draw, emblem or random.choice(EMBLEMS), (width / 2, height * 0.36), unit * 0.22, ink)
    font = ImageFont.load_default(max(9, unit * 0.13))
    draw.text((width / 2, height * 0.66), title, fill=ink, font=font, anchor="mm")
    for row, share in enumerate((0.34, 0.22)):
        y = height * (0.79 + row * 0.07)
        draw.line((width * (0.5 - share), y, width * (0.5 + share), y), fill=lighter(ink, 0.35), width=2)
    return image


def draw_emblem(draw: ImageDraw.ImageDraw, name: str, centre: Point, size: float, ink: Colour) -> None:
    """Draw one emblem of about ``size`` pixels half height."""
    x, y = centre
    if name == "sprig":
        draw.line((x, y + size, x, y - size), fill=ink, width=2)
        for step in range(5):
            for side in (-1, 1):
                _leaf(draw, (x, y + size * (0.7 - step * 0.38)), -math.pi / 2 + side * 0.9, size * 0.55, ink)
    elif name == "sun":
        draw.ellipse((x - size * 0.45, y - size * 0.45, x + size * 0.45, y + size * 0.45), fill=ink)
        for ray in range(16):
            angle = ray * math.pi / 8
            start, end = size * 0.6, size * (1.0 if ray % 2 else 0.82)
            draw.line(
                (
                    x + math.cos(angle) * start,
                    y + math.sin(angle) * start,
                    x + math.cos(angle) * end,
                    y + math.sin(angle) * end,
                ),
                fill=ink,
                width=3,
            )
    elif name == "cup":
        draw.pieslice((x - size * 0.8, y - size * 0.9, x + size * 0.6, y + size * 0.8), 0, 180, fill=ink)
        draw.arc((x + size * 0.3, y - size * 0.15, x + size, y + size * 0.5), -90, 120, fill=ink, width=4)
        for shift in (-0.4, 0.0, 0.4):
            draw.arc(
                (x + size * (shift - 0.25), y - size, x + size * (shift + 0.05), y - size * 0.3),
                -80,
                90,
                fill=ink,
                width=2,
            )
    elif name == "wren":
        draw.ellipse((x - size * 0.7, y - size * 0.4, x + size * 0.5, y + size * 0.6), fill=ink)
        draw.ellipse((x + size * 0.15, y - size * 0.75, x + size * 0.75, y - size * 0.15), fill=ink)
        draw.polygon(
            [(x + size * 0.7, y - size * 0.5), (x + size, y - size * 0.42), (x + size * 0.7, y - size * 0.3)], fill=ink
        )
        draw.polygon(
            [(x - size * 0.5, y), (x - size * 0.95, y - size * 0.9), (x - size * 0.2, y - size * 0.2)], fill=ink
        )
        draw.line((x - size * 0.1, y + size * 0.55, x - size * 0.1, y + size), fill=ink, width=2)
        draw.line((x + size * 0.1, y + size * 0.55, x + size * 0.1, y + size), fill=ink, width=2)
    elif name == "diamond":
        for share in (1.0, 0.62, 0.28):
            points = [(x, y - size * share), (x + size * share, y), (x, y + size * share), (x - size * share, y)]
            draw.polygon(points, outline=ink, width=3)
    else:
        for dx, dy in ((-0.45, 0.3), (0.4, 0.4), (0, -0.25)):
            draw.ellipse(
                (x + (dx - 0.36) * size, y + (dy - 0.36) * size, x + (dx + 0.36) * size, y + (dy + 0.36) * size),
                fill=ink,
            )
        _leaf(draw, (x, y - size * 0.5), -0.7, size * 0.7, ink)
        _leaf(draw, (x, y - size * 0.5), -2.4, size * 0.7, ink)


def _leaf(draw: ImageDraw.ImageDraw, foot: Point, angle: float, length: float, ink: Colour) -> None:
    x, y = foot
    tip = (x + math.cos(angle) * length, y + math.sin(angle) * length)
    across = angle + math.pi / 2
    bulge = (math.cos(across) * length * 0.22, math.sin(across) * length * 0.22)
    middle = ((x + tip[0]) / 2, (y + tip[1]) / 2)
    draw.polygon(
        [foot, (middle[0] + bulge[0], middle[1] + bulge[1]), tip, (middle[0] - bulge[0], middle[1] - bulge[1])],
        fill=ink,
    )


def wrapper(size: tuple[int, int], colour: Colour, palette: Palette, random: Random, title: str) -> Image.Image:
    """A printed wrapping: a ground with a fine pattern, and a label in the middle."""
    width, height = size
    image = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(image)
    tone = darker(colour, 0.14)
    style = random.randrange(4)
    if style == 0:
        for x in range(-height, width, 18):
            draw.line((x, height, x + height, 0), fill=tone, width=4)
    elif style == 1:
        for row in range(0, height, 26):
            for column in range(0, width, 26):
                x = column + row // 26 % 2 * 13
                draw.ellipse((x - 3, row - 3, x + 3, row + 3), fill=lighter(colour, 0.22))
    elif style == 2:
        for row in range(0, height, 44):
            for column in range(0, width, 44):
                _leaf(draw, (column + row // 44 % 2 * 22, row + 20), -1.2 + (column // 44 % 2) * 0.7, 26, tone)
    else:
        draw.rectangle((0, 0, width, height * 0.16), fill=tone)
        draw.rectangle((0, height * 0.84, width, height), fill=tone)
        draw.line((0, height * 0.175, width, height * 0.175), fill=palette.paper, width=3)
    box = (round(width * 0.2), round(height * 0.3), round(width * 0.8), round(height * 0.78))
    image.paste(
        label((box[2] - box[0], box[3] - box[1]), palette.paper, darker(colour, 0.45), random, title=title), box[:2]
    )
    return image
