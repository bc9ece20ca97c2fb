"""Fasteners: turned parts laid out on the bench, seen from above."""

import math

from PIL import Image, ImageDraw

from eseller.demo.pictures.boxes import Frame
from eseller.demo.pictures.colour import Colour, darker, lighter, mix
from eseller.demo.pictures.kinds import Look, Spot, kind
from eseller.demo.pictures.lathe import Body, Finish, Profile, plain, turn
from eseller.demo.pictures.relief import Outline, curve, inflate, metal, tube
from eseller.demo.pictures.stage import Point, Stage, noise, stamp

STEEL = Finish(gloss=0.75, sharp=20, metal=1.0)
Part = tuple[float, float, list[Point], Image.Image, Finish]
BRASS: Colour = (196, 164, 96)


def thread(colour: Colour, turns: int, *, slant: int = 12) -> Image.Image:
    """A texture of slanted thread lines."""
    image = Image.new("RGB", (120, 300), colour)
    draw = ImageDraw.Draw(image)
    step = 300 / turns
    for place in range(-1, turns + 1):
        y = place * step
        draw.line((0, y + slant, 120, y), fill=darker(colour, 0.6), width=max(2, round(step * 0.36)))
        draw.line(
            (0, y + slant + step * 0.42, 120, y + step * 0.42),
            fill=lighter(colour, 0.5),
            width=max(1, round(step * 0.2)),
        )
    return image


def sprite(parts: list[Part], unit: float) -> Image.Image:
    """Stack turned parts (height, radius, profile, texture, finish; in units) into one upright picture."""
    reach = max(part[1] for part in parts) * unit
    total = sum(part[0] for part in parts) * unit
    layer = Image.new("RGBA", (round(reach * 2) + 12, round(total) + 12), (0, 0, 0, 0))
    y = 6.0
    for high, wide, points, skin, finish in parts:
        body = Body(layer.size[0] / 2, y, high * unit, wide * unit, 0.001)
        turn(layer, body, Profile(points), skin, finish)
        y += high * unit
    return layer


def lay(layer: Image.Image, picture: Image.Image, at: Point, degrees: float) -> None:
    """Put a sprite on a layer, turned around its middle."""
    turned = picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    place = (round(at[0] - turned.size[0] / 2), round(at[1] - turned.size[1] / 2))
    stamp(layer, turned, place)


def _head(kind_of: str, colour: Colour) -> list[Part]:
    """The head of a screw by type."""
    flat: list[Point] = [(0, 1), (1, 1)]
    if kind_of in {"hex", "hexfull"}:
        return [
            (
                0.045,
                0.062,
                [(0, 0.86), (0.25, 1), (1, 1)],
                plain(colour, (60, 60)),
                Finish(0.5, 14, facets=3, metal=0.2),
            )
        ]
    if kind_of in {"allen", "security"}:
        knurl = plain(colour, (120, 60))
        draw = ImageDraw.Draw(knurl)
        for x in range(0, 120, 5):
            draw.line((x, 8, x, 60), fill=darker(colour, 0.35), width=2)
        return [(0.06, 0.052, [(0, 0.9), (0.12, 1), (1, 1)], knurl, STEEL)]
    if kind_of in {"flat", "wood"}:
        rim: list[Part] = [(0.012, 0.066, flat, plain(colour, (60, 20)), STEEL)]
        return [*rim, (0.045, 0.066, [(0, 1), (0.5, 0.6), (1, 0.36)], plain(colour, (60, 40)), STEEL)]
    if kind_of == "tek":
        washer: Part = (0.014, 0.075, flat, plain((52, 54, 58), (60, 20)), Finish(0.1, 6))
        return [(0.04, 0.05, flat, plain(colour, (60, 40)), Finish(0.5, 14, facets=3)), washer]
    return [
        (0.14, 0.026, flat, thread(colour, 9), STEEL),
        (0.04, 0.056, flat, plain(colour, (60, 40)), Finish(0.5, 14, facets=3)),
    ]


def screw(kind_of: str, colour: Colour, length: float, unit: float) -> Image.Image:
    """Draw one upright screw."""
    flat: list[Point] = [(0, 1), (1, 1)]
    parts = _head(kind_of, colour)
    shank = plain(colour, (60, 60))
    turns = round(length * 52)
    if kind_of in {"wood", "tek", "hanger"}:
        parts.append((length * 0.3, 0.024, flat, shank, STEEL))
        tip: list[Point] = [(0, 0.9), (0.75, 0.9), (0.82, 0.8), (1, 0.05)]
        parts.append((length * 0.8, 0.03, tip, thread(colour, round(turns * 0.6), slant=26), STEEL))
    elif kind_of == "hex":
        parts.append((length * 0.45, 0.032, flat, shank, STEEL))
        parts.append((length * 0.6, 0.032, [(0, 1), (0.95, 1), (1, 0.8)], thread(colour, round(turns * 0.6)), STEEL))
    else:
        parts.append((length, 0.03, [(0, 1), (0.96, 1), (1, 0.8)], thread(colour, turns), STEEL))
    return sprite(parts, unit)


@kind("screws", flat=True)
def screws(stage: Stage, spot: Spot, look: Look) -> None:
    """A handful of screws of one type in a loose fan."""
    kind_of = look.choose("type", "hex")
    tone = {"wood": BRASS, "allen": (104, 108, 112), "security": (150, 156, 160)}.get(kind_of, stage.palette.metal)
    places = ((-0.24, -0.1), (-0.1, 0.05), (0.04, -0.09), (0.19, 0.06), (0.3, -0.12), (-0.2, 0.24), (0.06, 0.27))
    for place, (x, y) in enumerate(places[: look.random.choice((5, 6, 7))]):
        layer = stage.layer()
        length = 0.2 + 0.07 * (place % 3)
        angle = look.random.uniform(-32, 26) + (90 if place > 4 else 0)
        picture = screw(kind_of, tone, length, spot.unit * 1.2)
        lay(layer, picture, (spot.x + x * spot.unit * 1.05, spot.base + y * spot.unit), angle)
        stage.put(layer, 0, strength=0.6)


@kind("bolts", flat=True)
def bolts(stage: Stage, spot: Spot, _look: Look) -> None:
    """A bolt, nuts and washers in order: the sign of the department."""
    layer = stage.layer()
    lay(layer, screw("hex", stage.palette.metal, 0.42, spot.unit * 1.3), (spot.x - spot.unit * 0.16, spot.base), 18)
    _nut(layer, spot.x + spot.unit * 0.15, spot.base - spot.unit * 0.16, spot.unit * 0.12, stage.palette.metal, 10)
    _washer(layer, spot.x + spot.unit * 0.2, spot.base + spot.unit * 0.14, spot.unit * 0.13, stage.palette.metal)
    stage.put(layer, 0, strength=0.6)


def _nut(layer: Image.Image, x: float, y: float, radius: float, colour: Colour, degrees: float) -> None:
    """One hexagon nut seen from above."""
    frame = Frame(x, y, radius, degrees)
    corners = [(math.cos(math.radians(60 * k)), math.sin(math.radians(60 * k))) for k in range(6)]
    shape = Outline(frame.bounds([(c * 1.05, s * 1.05) for c, s in [(-1, -1), (1, 1), (1, -1), (-1, 1)]]))
    shape.polygon(frame.all(corners)).ellipse(x, y, radius * 0.52, fill=0)
    inflate(layer, shape, metal(shape.size, colour), depth=radius * 0.16, strength=1.3, gloss=0.9)
    ring = Outline(shape.box).ellipse(x, y, radius * 0.84).ellipse(x, y, radius * 0.54, fill=0)
    inflate(layer, ring, metal(ring.size, lighter(colour, 0.15), upright=True), depth=radius * 0.12, gloss=0.9)
    bore = Outline(shape.box).ellipse(x, y, radius * 0.56).ellipse(x, y, radius * 0.44, fill=0)
    inflate(layer, bore, darker(colour, 0.45), depth=radius * 0.1, strength=-1, gloss=0)


def _washer(layer: Image.Image, x: float, y: float, radius: float, colour: Colour, *, wedge: bool = False) -> None:
    """One washer seen from above, radially ribbed if it locks by wedges."""
    shape = Outline((x - radius, y - radius, x + radius, y + radius))
    shape.ellipse(x, y, radius).ellipse(x, y, radius * 0.52, fill=0)
    skin = metal(shape.size, colour)
    if wedge:
        draw = ImageDraw.Draw(skin)
        cx, cy = shape.size[0] / 2, shape.size[1] / 2
        for ray in range(28):
            angle = ray * math.tau / 28
            draw.line(
                (cx, cy, cx + math.cos(angle) * radius * 1.2, cy + math.sin(angle) * radius * 1.2),
                fill=darker(colour, 0.45),
                width=4,
            )
    inflate(layer, shape, skin, depth=radius * 0.1, strength=1.2, gloss=0.9)


@kind("nuts", flat=True)
def nuts(stage: Stage, spot: Spot, look: Look) -> None:
    """Nuts, with a blue ring in the self-locking ones."""
    places = ((-0.2, -0.16), (0.08, -0.2), (-0.06, 0.08), (0.24, 0.04), (-0.28, 0.16), (0.1, 0.28))
    for x, y in places:
        layer = stage.layer()
        radius = spot.unit * look.random.uniform(0.105, 0.13)
        at = (spot.x + x * spot.unit, spot.base + y * spot.unit)
        _nut(layer, *at, radius, stage.palette.metal, look.random.uniform(0, 60))
        if look.choose("type", "") == "stop":
            ring = Outline((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius))
            ring.ellipse(*at, radius * 0.66).ellipse(*at, radius * 0.46, fill=0)
            inflate(layer, ring, stage.palette.accents[0], depth=radius * 0.12, gloss=0.5)
        stage.put(layer, 0, strength=0.6)


@kind("washers", flat=True)
def washers(stage: Stage, spot: Spot, look: Look) -> None:
    """Washers of several sizes, some lying on others."""
    wedge = look.choose("type", "") == "wedge"
    for _ in range(9):
        layer = stage.layer()
        x, y = (look.random.uniform(-0.27, 0.27) * spot.unit for _ in range(2))
        radius = spot.unit * look.random.choice((0.075, 0.1, 0.13))
        _washer(layer, spot.x + x, spot.base + y, radius, stage.palette.metal, wedge=wedge)
        stage.put(layer, 0, strength=0.6)


@kind("rivets", flat=True, zoom=1.1)
def rivets(stage: Stage, spot: Spot, look: Look) -> None:
    """Blind rivets with their mandrels."""
    alu, steel = (206, 210, 213), (140, 146, 150)
    flat: list[Point] = [(0, 1), (1, 1)]
    for place in range(9):
        parts: list[Part] = [
            (0.16, 0.011, [(0, 0.3), (0.1, 1), (1, 1)], plain(steel, (40, 40)), STEEL),
            (0.018, 0.045, [(0, 0.7), (0.5, 1), (1, 1)], plain(alu, (60, 20)), STEEL),
            (0.11, 0.024, flat, plain(alu, (40, 40)), STEEL),
            (0.03, 0.022, [(0, 0.8), (0.4, 1), (1, 0.5)], plain(steel, (40, 20)), STEEL),
        ]
        layer = stage.layer()
        at = (
            spot.x + (place % 3 - 1 + look.random.uniform(-0.2, 0.2)) * spot.unit * 0.22,
            spot.base + (place // 3 - 1 + look.random.uniform(-0.2, 0.2)) * spot.unit * 0.22,
        )
        lay(layer, sprite(parts, spot.unit * 1.15), at, look.random.uniform(0, 360))
        stage.put(layer, 0, strength=0.55)


@kind("springs", flat=True, zoom=1.15)
def springs(stage: Stage, spot: Spot, look: Look) -> None:
    """Coil springs of different pitch."""
    for place, (length, radius, turns) in enumerate(
        ((0.5, 0.06, 13), (0.4, 0.045, 18), (0.3, 0.075, 7), (0.44, 0.035, 22))
    ):
        layer = stage.layer()
        frame = Frame(spot.x + (place - 1.5) * spot.unit * 0.17, spot.base, spot.unit, look.random.uniform(-12, 12))
        for coil in range(turns):
            y = (coil / turns - 0.5) * length
            step = length / turns
            back = frame.all([(radius, y - step * 0.5), (-radius, y)])
            tube(layer, back, [spot.unit * 0.012], darker(stage.palette.metal, 0.4), gloss=0.2)
        for coil in range(turns):
            y = (coil / turns - 0.5) * length
            front = frame.all([(-radius, y), (radius, y + length / turns * 0.5)])
            tube(layer, front, [spot.unit * 0.017], stage.palette.metal, gloss=0.9)
        stage.put(layer, 0, strength=0.5)


@kind("plugs", flat=True)
def plugs(stage: Stage, spot: Spot, look: Look) -> None:
    """Nylon plugs, two with a screw beside them."""
    tone = look.colour
    skin = plain(tone, (120, 200))
    draw = ImageDraw.Draw(skin)
    for y in range(40, 200, 24):
        draw.rectangle((0, y, 120, y + 8), fill=darker(tone, 0.3))
    draw.rectangle((52, 50, 68, 200), fill=darker(tone, 0.6))
    form: list[Point] = [(0, 1.25), (0.05, 1.25), (0.07, 1), (0.5, 1), (0.52, 1.3), (0.6, 1), (0.9, 0.95), (1, 0.7)]
    parts: list[Part] = [(0.3, 0.04, form, skin, Finish(0.3, 12))]
    for place in range(6):
        layer = stage.layer()
        at = (spot.x + (place % 3 - 1) * spot.unit * 0.24, spot.base + (place // 3 - 0.5) * spot.unit * 0.36)
        if place in {2, 3}:
            lay(layer, screw("wood", stage.palette.metal, 0.26, spot.unit * 1.1), at, look.random.uniform(-30, 30))
        else:
            lay(layer, sprite(parts, spot.unit * 1.1), at, look.random.uniform(-40, 40))
        stage.put(layer, 0, strength=0.55)


@kind("anchor", flat=True)
def anchor(stage: Stage, spot: Spot, look: Look) -> None:
    """Expansion bolts with sleeve, nut and washer."""
    steel, flat = stage.palette.metal, [(0.0, 1.0), (1.0, 1.0)]
    cavity = look.choose("type", "") == "cavity"
    sleeve = plain(lighter(steel, 0.2), (80, 100))
    draw = ImageDraw.Draw(sleeve)
    for x in (18, 40, 62):
        draw.rectangle((x - 3, 0 if cavity else 30, x + 3, 100), fill=darker(steel, 0.5))
    middle: list[Point] = [(0, 1), (0.3, 1.5), (0.5, 1.9), (0.7, 1.5), (1, 1)] if cavity else [(0, 1), (1, 1)]
    parts: list[Part] = [
        (0.1, 0.03, flat, thread(steel, 8), STEEL),
        (0.045, 0.06, flat, plain(steel, (60, 40)), Finish(0.5, 14, facets=3)),
        (0.012, 0.085, flat, plain(lighter(steel, 0.2), (60, 20)), STEEL),
        (0.14, 0.033, flat, thread(steel, 10) if not cavity else plain(steel, (60, 60)), STEEL),
        (0.13, 0.036, middle, sleeve, STEEL),
        (0.06, 0.04, [(0, 0.8), (0.8, 1.05), (1, 0.95)], plain(steel, (60, 60)), STEEL),
    ]
    for place, angle in enumerate((16, -6, 12)):
        layer = stage.layer()
        at = (spot.x + (place - 1) * spot.unit * 0.24, spot.base + (place % 2 - 0.4) * spot.unit * 0.08)
        lay(layer, sprite(parts, spot.unit * 1.2), at, angle)
        stage.put(layer, 0, strength=0.6)


@kind("rod", flat=True)
def rod(stage: Stage, spot: Spot, look: Look) -> None:
    """Three threaded rods across the picture."""
    for place, (wide, shift) in enumerate(((0.028, -0.2), (0.042, 0.0), (0.056, 0.22))):
        layer = stage.layer()
        parts: list[Part] = [
            (1.05, wide, [(0, 1), (1, 1)], thread(stage.palette.metal, 46 - place * 8, slant=5), STEEL)
        ]
        lay(layer, sprite(parts, spot.unit), (spot.x + shift * spot.unit, spot.base), -38 + look.random.uniform(-2, 2))
        stage.put(layer, 0, strength=0.6)


@kind("ties", flat=True, zoom=1.1)
def ties(stage: Stage, spot: Spot, _look: Look) -> None:
    """Cable ties: a bundle and a closed loop."""
    black = (44, 46, 50)
    for place in range(5):
        layer = stage.layer()
        frame = Frame(spot.x - spot.unit * 0.1, spot.base, spot.unit, -50 + place * 9)
        path = curve(frame.all([(-0.36, 0.02), (0, -0.05 + place * 0.02), (0.4, 0.03)]))
        tube(layer, path, [spot.unit * 0.026, spot.unit * 0.026, spot.unit * 0.012], black, gloss=0.5)
        tube(layer, [path[0], path[1]], [spot.unit * 0.05], black, gloss=0.6)
        stage.put(layer, 0, strength=0.5)
    layer = stage.layer()
    ring = [
        (spot.x + spot.unit * (0.2 + 0.13 * math.cos(a / 10)), spot.base + spot.unit * (0.2 + 0.13 * math.sin(a / 10)))
        for a in range(64)
    ]
    tube(layer, ring, [spot.unit * 0.028], black, gloss=0.5)
    tube(layer, [ring[0], (ring[0][0] + 22, ring[0][1] - 30)], [spot.unit * 0.05, spot.unit * 0.028], black, gloss=0.5)
    stage.put(layer, 0, strength=0.5)


@kind("cartridge", zoom=1.05)
def cartridge(stage: Stage, spot: Spot, _look: Look) -> None:
    """A mortar cartridge, standing, with a mixing nozzle."""
    layer, unit = stage.layer(), spot.unit
    skin = plain((226, 228, 230))
    draw = ImageDraw.Draw(skin)
    draw.rectangle((0, 90, 320, 250), fill=stage.palette.accents[2])
    draw.rectangle((0, 106, 320, 130), fill=(246, 246, 246))
    draw.rectangle((0, 226, 320, 234), fill=(250, 220, 90))
    body = Body(spot.x, spot.base - unit * 0.44, unit * 0.42, unit * 0.11, 0.2)
    turn(layer, body, Profile([(0, 0.3), (0.04, 0.5), (0.09, 1), (1, 1)]), skin, Finish(0.5, 20))
    nozzle = Body(spot.x, body.top - unit * 0.22, unit * 0.24, unit * 0.036, 0.2)
    turn(
        layer,
        nozzle,
        Profile([(0, 0.25), (0.2, 0.4), (0.24, 0.75), (0.8, 0.8), (0.82, 1.1), (1, 1.1)]),
        thread((196, 200, 204), 9),
        Finish(0.6, 20),
    )
    stage.put(layer, spot.base)


@kind("stepdrill", flat=True, zoom=1.15)
def step_drill(stage: Stage, spot: Spot, _look: Look) -> None:
    """A stepped cone drill in titanium gold."""
    gold, layer = (212, 170, 84), stage.layer()
    points: list[Point] = []
    for step in range(9):
        points += [(step / 9, 1 - step * 0.095), ((step + 0.85) / 9, 1 - step * 0.095)]
    skin = plain(gold, (160, 200))
    ImageDraw.Draw(skin).polygon([(70, 0), (100, 0), (120, 200), (104, 200)], fill=darker(gold, 0.55))
    parts: list[Part] = [
        (0.2, 0.05, [(0, 1), (1, 1)], plain(stage.palette.metal, (60, 60)), Finish(0.6, 16, facets=3)),
        (0.03, 0.09, [(0, 1), (1, 1)], plain(gold, (60, 20)), STEEL),
        (0.36, 0.15, points, skin, STEEL),
        (0.04, 0.04, [(0, 1), (1, 0.05)], plain(gold, (60, 20)), STEEL),
    ]
    lay(layer, sprite(parts, spot.unit * 1.1), (spot.x, spot.base), 42)
    stage.put(layer, 0, strength=0.6)


def drill_sprite(colour: Colour, length: float, radius: float, unit: float, *, masonry: bool = False) -> Image.Image:
    """One twist drill, upright with its point down."""
    helix = Image.new("RGB", (120, 300), colour)
    draw = ImageDraw.Draw(helix)
    for y in range(-80, 340, 52):
        draw.polygon([(0, y + 62), (120, y), (120, y + 22), (0, y + 84)], fill=darker(colour, 0.55))
        draw.line((0, y + 88, 120, y + 26), fill=lighter(colour, 0.6), width=5)
    tip = darker(colour, 0.25) if masonry else colour
    shank: Part = (
        length * 0.3,
        radius * (1.1 if masonry else 0.98),
        [(0, 0.9), (0.06, 1), (1, 1)],
        plain(colour, (60, 60)),
        STEEL,
    )
    if masonry:
        draw = ImageDraw.Draw(shank[3])
        draw.rectangle((22, 10, 36, 44), fill=darker(colour, 0.5))
    head: list[Point] = [(0, 1.3), (0.5, 1.3), (1, 0.1)] if masonry else [(0, 1), (1, 0.05)]
    return sprite(
        [
            shank,
            (length * 0.64, radius, [(0, 1), (1, 1)], helix, STEEL),
            (length * 0.06, radius, head, plain(tip, (60, 30)), STEEL),
        ],
        unit,
    )


@kind("drill", flat=True)
def drill(stage: Stage, spot: Spot, look: Look) -> None:
    """Drills of rising size, side by side."""
    masonry = look.choose("type", "") == "masonry"
    tone = stage.palette.metal if masonry else (176, 150, 96)
    for place in range(5):
        layer = stage.layer()
        radius, length = 0.016 + place * 0.007, 0.4 + place * 0.07
        picture = drill_sprite(tone, length, radius, spot.unit, masonry=masonry)
        lay(layer, picture, (spot.x + (place - 2) * spot.unit * 0.14, spot.base - place * spot.unit * 0.012), 14)
        stage.put(layer, 0, strength=0.6)


def film(size: tuple[int, int], colour: Colour) -> Image.Image:
    """A sprayed metal film: a colour with fine grain."""
    return Image.composite(
        Image.new("RGB", size, lighter(colour, 0.2)),
        Image.new("RGB", size, colour),
        noise(400, 400, 0.6, 41).resize(size).point([max(0, v - 120) for v in range(256)]),
    )


@kind("disc", flat=True)
def disc_wheel(stage: Stage, spot: Spot, look: Look) -> None:
    """Cutting discs, or a flap disc."""
    flap = look.choose("type", "") == "flap"
    for x, y in ((0.07, 0.06), (-0.03, -0.03)):
        layer = stage.layer()
        radius, at = spot.unit * 0.31, (spot.x + x * spot.unit, spot.base + y * spot.unit)
        box = (at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius)
        shape = Outline(box).ellipse(*at, radius).ellipse(*at, radius * 0.12, fill=0)
        tone = (176, 84, 44) if flap else (62, 64, 66)
        skin = film(shape.size, tone)
        if flap:
            draw, (cx, cy) = ImageDraw.Draw(skin), (shape.size[0] / 2, shape.size[1] / 2)
            for ray in range(40):
                a = ray * math.tau / 40
                start = (cx + math.cos(a) * radius * 0.5, cy + math.sin(a) * radius * 0.5)
                end = (cx + math.cos(a + 0.12) * radius * 1.1, cy + math.sin(a + 0.12) * radius * 1.1)
                draw.line((*start, *end), fill=darker(tone, 0.45), width=5)
                draw.line((start[0] + 5, start[1] + 3, end[0] + 5, end[1] + 3), fill=lighter(tone, 0.25), width=3)
        inflate(layer, shape, skin, depth=radius * 0.06, strength=0.9, gloss=0.2)
        ring = Outline(box).ellipse(*at, radius * 0.56).ellipse(*at, radius * 0.12, fill=0)
        inflate(layer, ring, stage.palette.accents[0] if not flap else (52, 56, 60), depth=4, strength=0.5)
        line = Outline(box).ellipse(*at, radius * 0.5).ellipse(*at, radius * 0.46, fill=0)
        inflate(layer, line, (240, 240, 236), depth=2, strength=0.2)
        hub = Outline(box).ellipse(*at, radius * 0.2).ellipse(*at, radius * 0.12, fill=0)
        inflate(layer, hub, metal(hub.size, stage.palette.metal), depth=5, gloss=0.9)
        stage.put(layer, 0, strength=0.6)


@kind("taps", flat=True)
def taps(stage: Stage, spot: Spot, _look: Look) -> None:
    """Thread taps in a row, each with its drill."""
    for place in range(6):
        layer, tone = stage.layer(), mix(stage.palette.metal, (150, 130, 90), 0.3)
        if place % 2:
            picture = drill_sprite((176, 150, 96), 0.34 + place * 0.03, 0.014 + place * 0.003, spot.unit)
        else:
            skin = thread(tone, 22)
            ImageDraw.Draw(skin).rectangle((50, 0, 72, 300), fill=darker(tone, 0.7))
            wide = 0.022 + place * 0.006
            picture = sprite(
                [
                    (0.05, wide * 0.9, [(0, 1), (1, 1)], plain(tone, (40, 40)), Finish(0.6, 14, facets=2)),
                    (0.16, wide, [(0, 1), (0.9, 1), (1, 0.8)], plain(tone, (40, 40)), STEEL),
                    (0.22, wide, [(0, 1), (0.8, 1), (1, 0.5)], skin, STEEL),
                ],
                spot.unit,
            )
        lay(layer, picture, (spot.x + (place - 2.5) * spot.unit * 0.12, spot.base), 0)
        stage.put(layer, 0, strength=0.55)
