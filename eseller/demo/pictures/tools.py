"""Hand tools and measuring tools on the bench, seen from above."""

import math

from PIL import Image, ImageDraw, ImageFont

from eseller.demo.pictures.boxes import Frame
from eseller.demo.pictures.colour import Colour, darker, lighter
from eseller.demo.pictures.fasteners import STEEL, Part, drill_sprite, lay, sprite
from eseller.demo.pictures.kinds import Look, Spot, kind
from eseller.demo.pictures.lathe import Finish, plain
from eseller.demo.pictures.relief import Outline, curve, inflate, metal, tube
from eseller.demo.pictures.stage import Point, Stage

GRIP = Finish(gloss=0.3, sharp=10)


def plate(
    layer: Image.Image,
    frame: Frame,
    points: list[Point],
    skin: Colour | None = None,
    *,
    steel: Colour | None = None,
    depth: float = 0.02,
    gloss: float = 0.5,
) -> None:
    """A flat part by its corners in local units, painted or of steel."""
    shape = Outline(frame.bounds(points)).polygon(frame.all(points))
    texture = metal(shape.size, steel) if steel else skin or (128, 128, 128)
    inflate(layer, shape, texture, depth=frame.unit * depth, strength=1.1, gloss=gloss)


def rounded(x0: float, y0: float, x1: float, y1: float, radius: float) -> list[Point]:
    """The corners of a rounded rectangle in local units."""
    points: list[Point] = []
    corners = (
        (x1 - radius, y0 + radius, -90),
        (x1 - radius, y1 - radius, 0),
        (x0 + radius, y1 - radius, 90),
        (x0 + radius, y0 + radius, 180),
    )
    for cx, cy, start in corners:
        for step in range(7):
            angle = math.radians(start + step * 15)
            points.append((cx + radius * math.cos(angle), cy + radius * math.sin(angle)))
    return points


def spanner_on(layer: Image.Image, frame: Frame, steel: Colour, length: float, wide: float) -> None:
    """One combination spanner along the local x axis: open jaw left, ring right."""
    half = length / 2
    box = frame.bounds(
        [
            (-half - wide * 2, -wide * 2),
            (half + wide * 2, -wide * 2),
            (half + wide * 2, wide * 2),
            (-half - wide * 2, wide * 2),
        ]
    )
    shape = Outline(box)
    shape.polygon(frame.all([(-half, -wide * 0.42), (half, -wide * 0.36), (half, wide * 0.36), (-half, wide * 0.42)]))
    left, right = frame.at(-half, 0), frame.at(half, 0)
    shape.ellipse(*left, wide * 1.15 * frame.unit).ellipse(*right, wide * 0.95 * frame.unit)
    gap = wide * 0.56
    notch = Frame(*left, frame.unit, math.degrees(math.atan2(frame.sin, frame.cos)) + 15)
    shape.polygon(
        notch.all([(-wide * 2, -gap), (-wide * 0.1, -gap), (wide * 0.32, 0), (-wide * 0.1, gap), (-wide * 2, gap)]),
        fill=0,
    )
    shape.ellipse(*right, wide * 0.58 * frame.unit, fill=0)
    inflate(layer, shape, metal(shape.size, steel), depth=wide * frame.unit * 0.3, strength=1.2, gloss=0.9)
    groove = Outline(box).polygon(
        frame.all(
            [
                (-half * 0.55, -wide * 0.14),
                (half * 0.6, -wide * 0.12),
                (half * 0.6, wide * 0.12),
                (-half * 0.55, wide * 0.14),
            ]
        )
    )
    inflate(layer, groove, darker(steel, 0.18), depth=wide * frame.unit * 0.12, strength=-0.8, gloss=0.2)


@kind("spanner", flat=True)
def spanner(stage: Stage, spot: Spot, _look: Look) -> None:
    """Two combination spanners crossing."""
    for angle, length, wide in ((38, 0.62, 0.07), (-32, 0.74, 0.085)):
        layer = stage.layer()
        spanner_on(layer, Frame(spot.x, spot.base, spot.unit, angle), stage.palette.metal, length, wide)
        stage.put(layer, 0, strength=0.65)


@kind("spannerset", flat=True)
def spanner_set(stage: Stage, spot: Spot, _look: Look) -> None:
    """A canvas roll with spanners of rising size."""
    layer, unit = stage.layer(), spot.unit
    frame = Frame(spot.x, spot.base, unit, -6)
    plate(layer, frame, rounded(-0.42, -0.3, 0.42, 0.34, 0.02), (66, 78, 88), depth=0.02, gloss=0.05)
    stage.put(layer, 0, strength=0.6)
    layer = stage.layer()
    for place in range(9):
        length = 0.3 + place * 0.03
        at = frame.at(-0.35 + place * 0.087, 0.06 - length * 0.28)
        spanner_on(layer, Frame(*at, unit, 84), stage.palette.metal, length, 0.022 + place * 0.0026)
    stage.put(layer, 0, strength=0.5)
    layer = stage.layer()
    plate(layer, frame, rounded(-0.42, 0.1, 0.42, 0.34, 0.02), (78, 92, 104), depth=0.02, gloss=0.05)
    for place in range(1, 9):
        x = -0.3935 + place * 0.087
        tube(layer, frame.all([(x, 0.11), (x, 0.33)]), [3], (52, 62, 70), gloss=0)
    stage.put(layer, 0, strength=0.35)


@kind("ratchet", "torque", flat=True, zoom=1.05)
def ratchet(stage: Stage, spot: Spot, look: Look) -> None:
    """A ratchet or torque wrench with a socket."""
    long = "scale" in look.params
    layer, unit = stage.layer(), spot.unit
    frame = Frame(spot.x, spot.base, unit, -36)
    steel, wide = stage.palette.metal, 0.024 if not long else 0.03
    plate(layer, frame, rounded(-0.32, -wide, 0.2, wide, wide * 0.9), steel=steel, depth=0.03, gloss=0.9)
    head = Outline(frame.bounds([(-0.5, -0.15), (-0.2, 0.15), (-0.5, 0.15), (-0.2, -0.15)]))
    head.ellipse(*frame.at(-0.34, 0), unit * 0.085)
    inflate(layer, head, metal(head.size, steel), depth=unit * 0.04, gloss=0.9)
    cap = Outline(head.box).ellipse(*frame.at(-0.34, 0), unit * 0.055)
    inflate(layer, cap, darker(steel, 0.5), depth=unit * 0.02, gloss=0.6)
    plate(layer, frame, rounded(0.12, -0.042, 0.44, 0.042, 0.04), look.colour if long else (48, 54, 60), depth=0.05)
    for place in range(6):
        x = 0.17 + place * 0.035
        tube(layer, frame.all([(x, -0.036), (x, 0.036)]), [unit * 0.008], (30, 34, 38), gloss=0.1)
    if long:
        plate(layer, frame, rounded(-0.02, -0.022, 0.1, 0.022, 0.004), (236, 238, 240), depth=0.004)
        for tick in range(9):
            x = -0.01 + tick * 0.013
            tube(layer, frame.all([(x, -0.018), (x, 0.0 if tick % 2 else 0.014)]), [2], (30, 34, 38), gloss=0)
    stage.put(layer, 0, strength=0.65)
    layer = stage.layer()
    part: list[Part] = [
        (0.06, 0.05, [(0, 0.94), (0.1, 1), (1, 1)], plain(steel, (60, 60)), STEEL),
        (0.08, 0.058, [(0, 0.9), (0.2, 1), (1, 1)], plain(steel, (60, 60)), STEEL),
    ]
    lay(layer, sprite(part, unit), (spot.x + unit * 0.16, spot.base + unit * 0.22), 30)
    stage.put(layer, 0, strength=0.6)


@kind("screwdrivers", flat=True)
def screwdrivers(stage: Stage, spot: Spot, _look: Look) -> None:
    """Five screwdrivers in a fan."""
    tone, black = stage.palette.accents[0], (42, 46, 50)
    for place in range(5):
        skin = plain(tone if place % 2 else black, (120, 120))
        draw = ImageDraw.Draw(skin)
        for x in range(6, 120, 24):
            draw.rectangle((x, 20, x + 9, 96), fill=black if place % 2 else tone)
        length, wide = 0.26 + place * 0.02, 0.016 + place * 0.001
        tip: list[Point] = [(0, 1), (0.82, 1), (0.88, 1.25), (1, 1.2)] if place % 2 else [(0, 1), (0.9, 1), (1, 0.2)]
        parts: list[Part] = [
            (0.02, 0.038, [(0, 0.6), (1, 1)], plain(stage.palette.metal, (40, 20)), STEEL),
            (0.24, 0.046, [(0, 0.82), (0.15, 1), (0.6, 0.94), (0.85, 0.6), (1, 0.7)], skin, GRIP),
            (length, wide, tip, plain(stage.palette.metal, (40, 60)), STEEL),
        ]
        layer = stage.layer()
        at = (spot.x + (place - 2) * spot.unit * 0.15, spot.base + abs(place - 2) * spot.unit * 0.02)
        lay(layer, sprite(parts, spot.unit * 1.15), at, (place - 2) * -7)
        stage.put(layer, 0, strength=0.6)


@kind("hexkeys", flat=True)
def hex_keys(stage: Stage, spot: Spot, _look: Look) -> None:
    """Hexagon keys, nested by size."""
    for place in range(7):
        layer = stage.layer()
        frame = Frame(spot.x - spot.unit * 0.04, spot.base - spot.unit * 0.02, spot.unit, -8)
        size = 0.62 - place * 0.07
        path = [
            (-size * 0.5, 0.3 - place * 0.065),
            *curve(
                [
                    (-size * 0.5 + size * 0.8, 0.3 - place * 0.065),
                    (-size * 0.5 + size * 0.94, 0.3 - place * 0.065),
                    (-size * 0.5 + size * 0.94, 0.22 - place * 0.065),
                ],
                8,
            ),
            (-size * 0.5 + size * 0.94, 0.14 - place * 0.07),
        ]
        wide = spot.unit * (0.036 - place * 0.0036)
        tube(layer, frame.all(path), [wide], (96, 102, 108), gloss=0.9)
        tube(layer, [frame.at(*path[0]), frame.at(path[0][0] + 0.004, path[0][1])], [wide * 1.15], (110, 116, 122))
        stage.put(layer, 0, strength=0.55)


@kind("hammer", flat=True)
def hammer(stage: Stage, spot: Spot, look: Look) -> None:
    """A hammer with a hickory handle, or a soft-faced mallet."""
    mallet = look.choose("type", "") == "mallet"
    layer, unit = stage.layer(), spot.unit
    wood = plain(stage.palette.wood, (80, 300))
    draw = ImageDraw.Draw(wood)
    for x in range(4, 80, 9):
        draw.line((x, 0, x + look.random.uniform(-12, 12), 300), fill=darker(stage.palette.wood, 0.16), width=2)
    if mallet:
        draw.rectangle((0, 170, 80, 300), fill=stage.palette.accents[0])
    parts: list[Part] = [
        (0.72, 0.036, [(0, 0.62), (0.3, 0.66), (0.6, 0.84), (0.85, 1), (0.97, 0.94), (1, 0.8)], wood, Finish(0.25, 10))
    ]
    lay(layer, sprite(parts, unit), (spot.x + unit * 0.05, spot.base + unit * 0.06), 38)
    frame = Frame(spot.x - unit * 0.185, spot.base - unit * 0.235, unit, -38)
    if mallet:
        plate(layer, frame, rounded(-0.11, -0.075, 0.11, 0.075, 0.02), (44, 50, 56), depth=0.06)
        for side in (-1, 1):
            plate(
                layer,
                frame,
                rounded(side * 0.17 - 0.06, -0.085, side * 0.17 + 0.06, 0.085, 0.03),
                stage.palette.accents[2] if side < 0 else (236, 232, 220),
                depth=0.06,
            )
    else:
        dark = darker(stage.palette.metal, 0.35)
        plate(
            layer,
            frame,
            [(-0.06, -0.055), (0.06, -0.055), (0.2, -0.02), (0.21, 0.0), (0.2, 0.02), (0.06, 0.055), (-0.06, 0.055)],
            steel=dark,
            depth=0.05,
            gloss=0.7,
        )
        plate(layer, frame, rounded(-0.2, -0.06, -0.04, 0.06, 0.012), steel=dark, depth=0.04, gloss=0.7)
        plate(
            layer, frame, rounded(-0.225, -0.055, -0.19, 0.055, 0.01), steel=lighter(dark, 0.4), depth=0.02, gloss=0.9
        )
    stage.put(layer, 0, strength=0.65)


@kind("pliers", flat=True, colour=2)
def pliers(stage: Stage, spot: Spot, look: Look) -> None:
    """Pliers, or side cutters with a shorter head."""
    layer, unit = stage.layer(), spot.unit
    frame = Frame(spot.x, spot.base - unit * 0.05, unit, 24)
    cutter = look.choose("type", "") == "cutter"
    dark = darker(stage.palette.metal, 0.22)
    for side in (-1, 1):
        grip = curve(frame.all([(side * 0.03, 0.0), (side * 0.17, 0.14), (side * 0.07, 0.28), (side * 0.13, 0.44)]))
        tube(layer, grip[:9], [unit * 0.05], dark, gloss=0.8)
        tube(layer, grip[6:], [unit * 0.06, unit * 0.066, unit * 0.062, unit * 0.056], look.colour, gloss=0.4)
    for side in (-1, 1):
        jaw: list[Point] = [
            (0, 0.07),
            (side * 0.075, 0.03),
            (side * 0.08, -0.1),
            (side * 0.035, -0.3),
            (side * 0.004, -0.3),
            (side * 0.004, -0.02),
        ]
        if cutter:
            jaw = [(0, 0.07), (side * 0.08, 0.03), (side * 0.09, -0.09), (side * 0.03, -0.2), (side * 0.003, -0.2)]
        plate(layer, frame, jaw, steel=dark, depth=0.03, gloss=0.8)
    if not cutter:
        for tooth in range(8):
            y = -0.28 + tooth * 0.018
            tube(layer, frame.all([(-0.02, y), (0.02, y)]), [2.5], darker(dark, 0.6), gloss=0)
    joint = Outline((frame.x - 50, frame.y - 50, frame.x + 50, frame.y + 50)).ellipse(frame.x, frame.y, unit * 0.04)
    inflate(layer, joint, metal(joint.size, stage.palette.metal), depth=unit * 0.02, gloss=0.9)
    stage.put(layer, 0, strength=0.65)


@kind("clamp", flat=True)
def clamp(stage: Stage, spot: Spot, _look: Look) -> None:
    """An all-steel screw clamp."""
    layer, unit, steel = stage.layer(), spot.unit, stage.palette.metal
    frame = Frame(spot.x, spot.base, unit, -24)
    plate(layer, frame, rounded(-0.4, -0.17, 0.36, -0.12, 0.012), steel=steel, depth=0.02, gloss=0.8)
    plate(
        layer,
        frame,
        [(-0.4, -0.17), (-0.34, -0.17), (-0.33, 0.1), (-0.36, 0.13), (-0.4, 0.13)],
        steel=steel,
        depth=0.03,
    )
    plate(
        layer, frame, [(0.08, -0.19), (0.17, -0.19), (0.16, 0.12), (0.09, 0.12)], steel=darker(steel, 0.2), depth=0.03
    )
    spindle: list[Part] = [
        (0.4, 0.018, [(0, 1), (1, 1)], plain(steel, (40, 60)), STEEL),
        (0.17, 0.045, [(0, 0.7), (0.2, 1), (0.7, 0.95), (1, 0.7)], plain(stage.palette.accents[2]), GRIP),
    ]
    lay(layer, sprite(spindle, unit), frame.at(0.14, 0.08), -90 + 24 + 180)
    plate(layer, frame, rounded(-0.16, 0.045, -0.13, 0.125, 0.01), steel=darker(steel, 0.3), depth=0.02)
    stage.put(layer, 0, strength=0.65)


@kind("hacksaw", flat=True)
def hacksaw(stage: Stage, spot: Spot, _look: Look) -> None:
    """A hacksaw with its blade."""
    layer, unit = stage.layer(), spot.unit
    frame = Frame(spot.x - unit * 0.07, spot.base, unit * 0.94, -20)
    bow = frame.all([(-0.36, 0.12), (-0.36, -0.06), (-0.32, -0.1), (0.2, -0.1), (0.24, -0.06), (0.26, 0.12)])
    tube(layer, bow, [unit * 0.034], stage.palette.accents[0], gloss=0.6)
    plate(layer, frame, rounded(-0.39, 0.11, 0.28, 0.145, 0.004), steel=darker(stage.palette.metal, 0.1), depth=0.008)
    for tooth in range(60):
        x = -0.35 + tooth * 0.0103
        tube(layer, frame.all([(x, 0.144), (x + 0.004, 0.152)]), [3], darker(stage.palette.metal, 0.4), gloss=0)
    grip = curve(frame.all([(0.25, 0.1), (0.36, 0.12), (0.36, 0.24), (0.44, 0.34)]))
    tube(layer, grip, [unit * 0.06, unit * 0.085, unit * 0.075, unit * 0.08], (44, 50, 56), gloss=0.35)
    stage.put(layer, 0, strength=0.65)


def _case(layer: Image.Image, frame: Frame, wide: float, high: float, colour: Colour) -> None:
    """An open case: a rim and a dark inlay."""
    plate(layer, frame, rounded(-wide, -high, wide, high, 0.03), colour, depth=0.035)
    plate(
        layer,
        frame,
        rounded(-wide + 0.03, -high + 0.03, wide - 0.03, high - 0.03, 0.015),
        (52, 58, 64),
        depth=0.02,
    )


@kind("bits", flat=True)
def bits(stage: Stage, spot: Spot, _look: Look) -> None:
    """A box of bits in rows."""
    layer, unit = stage.layer(), spot.unit
    frame = Frame(spot.x, spot.base, unit, -8)
    _case(layer, frame, 0.4, 0.26, stage.palette.accents[0])
    stage.put(layer, 0, strength=0.65)
    layer = stage.layer()
    for place in range(30):
        row, column = divmod(place, 10)
        tone = stage.palette.metal if row != 1 else (196, 164, 96)
        part: list[Part] = [
            (0.055, 0.02, [(0, 1), (1, 1)], plain(tone, (40, 40)), Finish(0.6, 14, facets=3)),
            (0.018, 0.021, [(0, 1), (1, 0.7)], plain(stage.palette.accents[(column // 3) % 3 + 1], (40, 20)), GRIP),
            (0.05, 0.013, [(0, 1), (0.6, 1), (1, 0.4)], plain(darker(tone, 0.2), (40, 40)), STEEL),
        ]
        lay(layer, sprite(part, unit * 1.05), frame.at(-0.315 + column * 0.07, -0.155 + row * 0.155), 8)
    stage.put(layer, 0, strength=0.4)


@kind("drillset", flat=True)
def drill_set(stage: Stage, spot: Spot, _look: Look) -> None:
    """A steel case with drills by size."""
    layer, unit = stage.layer(), spot.unit
    frame = Frame(spot.x, spot.base, unit, 6)
    _case(layer, frame, 0.42, 0.34, stage.palette.accents[2])
    stage.put(layer, 0, strength=0.65)
    layer = stage.layer()
    for place in range(13):
        length = 0.26 + place * 0.022
        picture = drill_sprite(
            (176, 150, 96) if place % 2 else stage.palette.metal, length, 0.006 + place * 0.0011, unit
        )
        lay(layer, picture, frame.at(-0.34 + place * 0.057, -0.27 + length / 2), -6)
    stage.put(layer, 0, strength=0.45)


@kind("caliper", flat=True)
def caliper(stage: Stage, spot: Spot, look: Look) -> None:
    """A digital caliper holding its reading."""
    layer, unit, steel = stage.layer(), spot.unit, stage.palette.metal
    frame = Frame(spot.x, spot.base, unit, -24)
    plate(layer, frame, rounded(-0.42, -0.04, 0.44, 0.04, 0.004), steel=steel, depth=0.012, gloss=0.7)
    for tick in range(50):
        x = -0.16 + tick * 0.0117
        tube(layer, frame.all([(x, 0.0 if tick % 5 else -0.016), (x, 0.032)]), [1.8], (40, 46, 52), gloss=0)
    plate(
        layer,
        frame,
        [(-0.42, 0.03), (-0.35, 0.03), (-0.352, 0.24), (-0.372, 0.26), (-0.42, 0.12)],
        steel=steel,
        depth=0.02,
    )
    plate(layer, frame, [(-0.4, -0.03), (-0.37, -0.03), (-0.372, -0.13)], steel=steel, depth=0.012)
    plate(
        layer, frame, [(-0.3, 0.03), (-0.23, 0.03), (-0.23, 0.12), (-0.28, 0.26), (-0.3, 0.24)], steel=steel, depth=0.02
    )
    plate(layer, frame, [(-0.3, -0.03), (-0.27, -0.03), (-0.3, -0.13)], steel=steel, depth=0.012)
    plate(layer, frame, rounded(-0.31, -0.075, -0.02, 0.065, 0.015), (58, 64, 70), depth=0.025)
    plate(layer, frame, rounded(-0.28, -0.05, -0.09, 0.015, 0.006), (196, 206, 190), depth=0.006)
    reading = Image.new("RGBA", (170, 60), (0, 0, 0, 0))
    number = f"{look.random.uniform(8, 60):.2f}"
    ImageDraw.Draw(reading).text(
        (85, 30), number, fill=(28, 34, 30, 255), anchor="mm", font=ImageFont.load_default(unit * 0.052)
    )
    lay(layer, reading, frame.at(-0.185, -0.018), 24)
    for place, tone in enumerate(((216, 69, 43), (31, 95, 153), (220, 224, 226))):
        x, y = frame.at(-0.25 + place * 0.06, 0.04)
        button = Outline((x - 12, y - 12, x + 12, y + 12)).ellipse(x, y, unit * 0.014)
        inflate(layer, button, tone, depth=6)
    stage.put(layer, 0, strength=0.65)


@kind("tape", flat=True, colour=1)
def tape(stage: Stage, spot: Spot, look: Look) -> None:
    """A tape measure with its tape out."""
    layer, unit = stage.layer(), spot.unit
    frame = Frame(spot.x + unit * 0.02, spot.base, unit, -8)
    plate(layer, frame, rounded(-0.44, 0.15, 0.12, 0.215, 0.002), (244, 206, 70), depth=0.012)
    for tick in range(44):
        x = -0.43 + tick * 0.0125
        tube(layer, frame.all([(x, 0.152), (x, 0.172 if tick % 5 else 0.19)]), [2.2], (34, 34, 34), gloss=0)
    plate(layer, frame, rounded(-0.455, 0.145, -0.435, 0.25, 0.004), steel=stage.palette.metal, depth=0.01)
    stage.put(layer, 0, strength=0.5)
    layer = stage.layer()
    plate(layer, frame, [*rounded(-0.06, -0.22, 0.4, 0.24, 0.12)], (46, 50, 54), depth=0.07)
    plate(layer, frame, [*rounded(-0.02, -0.18, 0.36, 0.2, 0.1)], look.colour, depth=0.05)
    x, y = frame.at(0.17, 0.01)
    for radius, tone in ((0.12, (46, 50, 54)), (0.1, lighter(look.colour, 0.15))):
        ring = Outline((x - unit * 0.15, y - unit * 0.15, x + unit * 0.15, y + unit * 0.15)).ellipse(
            x, y, unit * radius
        )
        inflate(layer, ring, tone, depth=unit * 0.025)
    stage.put(layer, 0, strength=0.65)


@kind("level", flat=True)
def level(stage: Stage, spot: Spot, look: Look) -> None:
    """A spirit level with three vials."""
    layer, unit = stage.layer(), spot.unit
    frame = Frame(spot.x, spot.base, unit, -28)
    plate(layer, frame, rounded(-0.5, -0.075, 0.5, 0.075, 0.008), look.colour, depth=0.02)
    plate(layer, frame, rounded(-0.47, -0.045, 0.47, 0.045, 0.004), darker(look.colour, 0.12), depth=0.01)
    for x in (-0.5, 0.46):
        plate(layer, frame, rounded(x, -0.082, x + 0.045, 0.082, 0.012), (36, 40, 44), depth=0.02)
    for x, along in ((0.0, True), (-0.33, False), (0.33, False)):
        w, h = (0.075, 0.034) if along else (0.034, 0.05)
        plate(layer, frame, rounded(x - w - 0.02, -0.058, x + w + 0.02, 0.058, 0.015), (30, 34, 38), depth=0.01)
        plate(layer, frame, rounded(x - w, -h, x + w, h, 0.03), (188, 214, 62), depth=0.04, gloss=0.9)
        bx, by = frame.at(x + 0.004, 0)
        bubble = Outline((bx - 30, by - 30, bx + 30, by + 30)).ellipse(bx, by, unit * 0.019)
        inflate(layer, bubble, (228, 240, 150), depth=8, gloss=1.0)
    stage.put(layer, 0, strength=0.65)


@kind("square", flat=True)
def square(stage: Stage, spot: Spot, _look: Look) -> None:
    """A hardened try square."""
    layer, unit, steel = stage.layer(), spot.unit, stage.palette.metal
    frame = Frame(spot.x - unit * 0.05, spot.base + unit * 0.06, unit, -12)
    plate(
        layer, frame, [(-0.2, -0.38), (-0.12, -0.38), (-0.12, 0.2), (-0.2, 0.2)], steel=lighter(steel, 0.2), depth=0.008
    )
    plate(
        layer, frame, [(-0.24, 0.18), (0.36, 0.18), (0.36, 0.28), (-0.24, 0.28)], steel=darker(steel, 0.1), depth=0.02
    )
    x, y = frame.at(-0.12, 0.18)
    relief = Outline((x - 20, y - 20, x + 20, y + 20)).ellipse(x, y, unit * 0.014)
    inflate(layer, relief, darker(steel, 0.7), depth=4, strength=-1)
    stage.put(layer, 0, strength=0.6)


@kind("feeler", flat=True)
def feeler(stage: Stage, spot: Spot, _look: Look) -> None:
    """A feeler gauge, fanned."""
    unit = spot.unit
    pivot = (spot.x - unit * 0.2, spot.base + unit * 0.22)
    for place in range(11):
        layer = stage.layer()
        frame = Frame(*pivot, unit, -88 + place * 9)
        plate(
            layer, frame, rounded(-0.03, -0.034, 0.5, 0.034, 0.033), steel=stage.palette.metal, depth=0.006, gloss=0.9
        )
        stage.put(layer, 0, strength=0.3)
    layer = stage.layer()
    frame = Frame(*pivot, unit, 22)
    plate(layer, frame, rounded(-0.06, -0.055, 0.4, 0.055, 0.05), stage.palette.accents[0], depth=0.02)
    bolt = Outline((pivot[0] - 30, pivot[1] - 30, pivot[0] + 30, pivot[1] + 30)).ellipse(*pivot, unit * 0.028)
    inflate(layer, bolt, metal(bolt.size, stage.palette.metal), depth=unit * 0.015, gloss=0.9)
    stage.put(layer, 0, strength=0.5)
