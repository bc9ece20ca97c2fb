"""Storage and safety: bins, cabinets, trolleys, helmets, gloves."""

import math

from PIL import Image, ImageDraw

from eseller.demo.pictures.boxes import Block, Frame, block, panel
from eseller.demo.pictures.colour import Colour, darker, lighter, mix
from eseller.demo.pictures.fasteners import screw
from eseller.demo.pictures.kinds import Look, Spot, kind
from eseller.demo.pictures.linen import weave
from eseller.demo.pictures.relief import Outline, curve, face, inflate, metal, tube
from eseller.demo.pictures.stage import Point, Stage
from eseller.demo.pictures.tools import plate, rounded, spanner_on


@kind("bin", colour=0, zoom=1.12)
def storage_bin(stage: Stage, spot: Spot, look: Look) -> None:
    """Two stacked open-front bins and one beside them."""
    unit = spot.unit
    for x, base, size in ((-0.14, -0.05, 1.0), (-0.14, -0.215, 1.0), (0.24, 0.02, 0.72)):
        layer = stage.layer()
        _bin(layer, spot.x + x * unit, spot.base + base * unit, unit * size, look, stage)
        stage.put(layer, spot.base + base * unit, strength=0.5 if base > -0.2 else 0.2)


def _bin(layer: Image.Image, x: float, base: float, unit: float, look: Look, stage: Stage) -> None:
    """One bin: back and side walls, things inside, a low front with a label."""
    wide, high, deep = 0.34 * unit, 0.18 * unit, 0.36 * unit
    shape = Block(x, base, wide, high, deep)
    inner = panel((80, 80), darker(look.colour, 0.42), edge=False)
    lid = shape.lid()
    back, right, near, left = lid
    face(layer, panel((80, 80), darker(look.colour, 0.3), edge=False), [left, back, shape.back, shape.left])
    face(layer, inner, [back, right, shape.right, shape.back])
    face(layer, inner, shape.lid(0.42))
    for _ in range(26):
        u, v = look.random.uniform(0.12, 0.88), look.random.uniform(0.12, 0.9)
        px = left[0] + (near[0] - left[0]) * u + (back[0] - left[0]) * v
        py = left[1] + (near[1] - left[1]) * u + (back[1] - left[1]) * v + high * 0.58
        tube(
            layer,
            [(px, py), (px + unit * 0.02, py + look.random.uniform(-5, 5))],
            [unit * 0.016],
            stage.palette.metal,
            gloss=0.9,
        )
    side = [near, right, shape.right, shape.near]
    low = (near[0], shape.near[1] - high * 0.5)
    mid = (near[0] + (right[0] - near[0]) * 0.3, right[1] + (near[1] - right[1]) * 0.7)
    face(
        layer,
        panel((120, 80), darker(look.colour, 0.24)),
        [mid, right, shape.right, (mid[0], shape.near[1] + (shape.right[1] - shape.near[1]) * 0.3)],
    )
    face(
        layer,
        panel((60, 80), darker(look.colour, 0.2), edge=False),
        [low, mid, (mid[0], shape.near[1] + (side[2][1] - shape.near[1]) * 0.3), shape.near],
    )
    front = panel((200, 100), look.colour)
    draw = ImageDraw.Draw(front)
    draw.rectangle((60, 34, 140, 66), fill=(244, 246, 246))
    draw.line((70, 46, 128, 46), fill=(60, 66, 72), width=3)
    draw.line((70, 56, 110, 56), fill=(120, 126, 132), width=3)
    face(layer, front, [(left[0], shape.left[1] - high * 0.5), low, shape.near, shape.left])
    tube(layer, [left, back, right], [unit * 0.016], lighter(look.colour, 0.15))
    tube(
        layer,
        [right, mid, low, (left[0], shape.left[1] - high * 0.5), left],
        [unit * 0.016],
        lighter(look.colour, 0.15),
    )


@kind("crate", zoom=1.1)
def crate(stage: Stage, spot: Spot, look: Look) -> None:
    """A ribbed container with grip holes."""
    layer, unit = stage.layer(), spot.unit
    shape = Block(spot.x, spot.base, unit * 0.5, unit * 0.28, unit * 0.34)

    def wall(wide: int) -> Image.Image:
        image = panel((wide, 160), look.colour, edge=False)
        draw = ImageDraw.Draw(image)
        for x in range(10, wide, 36):
            draw.rectangle((x, 34, x + 4, 150), fill=darker(look.colour, 0.22))
            draw.rectangle((x + 5, 34, x + 7, 150), fill=lighter(look.colour, 0.18))
        draw.rectangle((0, 0, wide, 26), fill=lighter(look.colour, 0.06))
        draw.rectangle((0, 26, wide, 31), fill=darker(look.colour, 0.3))
        draw.rounded_rectangle((wide * 0.36, 44, wide * 0.64, 78), 12, fill=darker(look.colour, 0.6))
        return image

    block(layer, shape, look.colour, wall(320), wall(220))
    centre = [
        (x + (spot.x - x) * 0.08, y + (shape.lid()[0][1] * 0.5 + shape.lid()[2][1] * 0.5 - y) * 0.1)
        for x, y in shape.lid()
    ]
    face(layer, panel((80, 80), darker(look.colour, 0.5), (190, 255), edge=False), centre)
    stage.put(layer, spot.base, foot=shape.foot())


def _drawers(size: tuple[int, int], colour: Colour, rows: list[int], columns: int, *, clear: bool) -> Image.Image:
    """The front of a cabinet: a body with drawers."""
    image = panel(size, colour)
    draw = ImageDraw.Draw(image)
    top, width = 10, size[0] - 20
    for row in rows:
        for column in range(columns):
            x0 = 10 + column * width / columns
            box = (x0 + 3, top + 3, x0 + width / columns - 3, top + row - 3)
            tone = (214, 224, 230) if clear else lighter(colour, 0.1)
            draw.rectangle(box, fill=tone, outline=darker(colour, 0.4))
            mid = (box[0] + box[2]) / 2
            if clear:
                draw.rectangle(
                    (box[0] + 4, box[1] + (box[3] - box[1]) * 0.6, box[2] - 4, box[3] - 2), fill=(150, 158, 164)
                )
                draw.rectangle((mid - 8, box[1] + 3, mid + 8, box[1] + 9), fill=(250, 250, 250))
            else:
                draw.rectangle((box[0] + 10, box[1] + 5, box[2] - 10, box[1] + 12), fill=(206, 212, 216))
                draw.line((box[0] + 10, box[1] + 13, box[2] - 10, box[1] + 13), fill=darker(colour, 0.5), width=2)
        top += row
    return image


@kind("cabinet", zoom=1.06)
def cabinet(stage: Stage, spot: Spot, look: Look) -> None:
    """A small-parts cabinet."""
    layer, unit = stage.layer(), spot.unit
    shape = Block(spot.x, spot.base, unit * 0.46, unit * 0.48, unit * 0.2)
    front = _drawers((360, 376), look.colour, [44] * 6 + [90], 5, clear=True)
    block(layer, shape, look.colour, front)
    stage.put(layer, spot.base, foot=shape.foot())


@kind("trolley")
def trolley(stage: Stage, spot: Spot, look: Look) -> None:
    """A tool trolley with seven drawers on castors."""
    layer, unit = stage.layer(), spot.unit
    shape = Block(spot.x, spot.base - unit * 0.06, unit * 0.44, unit * 0.5, unit * 0.26)
    for point in (shape.left, shape.near, shape.right):
        x = point[0] + (spot.x - point[0]) * 0.12
        wheel = Outline((x - 40, point[1] - 10, x + 40, point[1] + 70)).ellipse(x, point[1] + unit * 0.025, unit * 0.04)
        inflate(layer, wheel, (44, 48, 52), depth=unit * 0.02)
        hub = Outline(wheel.box).ellipse(x, point[1] + unit * 0.025, unit * 0.018)
        inflate(layer, hub, stage.palette.metal, depth=unit * 0.01)
    front = _drawers((360, 410), look.colour, [44, 44, 44, 44, 58, 70, 86], 1, clear=False)
    block(layer, shape, look.colour, front)
    face(layer, panel((120, 80), (54, 58, 62), edge=False), shape.lid(1.01))
    rail = [
        (shape.near[0] + 14, shape.near[1] - shape.high * 0.92),
        (shape.near[0] + unit * 0.07, shape.near[1] - shape.high),
        (shape.right[0] + unit * 0.04, shape.right[1] - shape.high),
        (shape.right[0], shape.right[1] - shape.high * 0.92),
    ]
    tube(layer, rail, [unit * 0.022], stage.palette.metal, gloss=0.9)
    stage.put(layer, spot.base, foot=shape.foot())


@kind("shelf")
def shelf(stage: Stage, spot: Spot, look: Look) -> None:
    """A boltless shelf with a few boxes."""
    layer, unit, steel = stage.layer(), spot.unit, stage.palette.metal
    frame = Block(spot.x, spot.base, unit * 0.52, unit * 0.64, unit * 0.2)
    tube(layer, [frame.back, (frame.back[0], frame.back[1] - frame.high)], [unit * 0.018], darker(steel, 0.25))
    for level in range(4):
        height = 0.06 + level * 0.29
        deck = frame.lid(height)
        face(layer, panel((120, 60), lighter(steel, 0.12), edge=False), deck)
        tube(layer, [deck[3], deck[2], deck[1]], [unit * 0.026], steel, gloss=0.7)
        if level < 3:
            for place in range(2 + level % 2):
                share = 0.24 + place * 0.27
                x = deck[3][0] + (deck[2][0] - deck[3][0]) * share + unit * 0.07
                y = deck[3][1] + (deck[2][1] - deck[3][1]) * share - unit * 0.03
                tone = look.random.choice((*stage.palette.accents[:2], (176, 142, 98), (120, 128, 134)))
                block(layer, Block(x, y, unit * 0.1, unit * look.random.uniform(0.07, 0.12), unit * 0.1), tone)
    for point in (frame.left, frame.near, frame.right):
        tube(layer, [point, (point[0], point[1] - frame.high)], [unit * 0.02], steel, gloss=0.8)
    stage.put(layer, spot.base, foot=frame.foot(), strength=0.35)


@kind("case", "assortment", flat=True)
def case(stage: Stage, spot: Spot, look: Look) -> None:
    """An open case with compartments full of small parts."""
    layer, unit, random = stage.layer(), spot.unit, look.random
    frame = Frame(spot.x, spot.base, unit, -7)
    plate(layer, frame, rounded(-0.43, -0.32, 0.43, 0.32, 0.03), look.colour, depth=0.035)
    plate(layer, frame, rounded(-0.07, 0.31, 0.07, 0.365, 0.02), darker(look.colour, 0.3), depth=0.02)
    stage.put(layer, 0, strength=0.65)
    layer = stage.layer()
    for row in range(4):
        for column in range(5):
            x, y = -0.39 + column * 0.158, -0.28 + row * 0.142
            tray = random.choice((stage.palette.accents[0], stage.palette.accents[1], (206, 212, 216)))
            plate(layer, frame, rounded(x, y, x + 0.148, y + 0.132, 0.012), tray, depth=0.012)
            plate(
                layer, frame, rounded(x + 0.012, y + 0.012, x + 0.136, y + 0.12, 0.008), darker(tray, 0.5), depth=0.01
            )
            tone = random.choice((stage.palette.metal, (196, 164, 96), (120, 124, 128)))
            for _ in range(11):
                px, py = x + random.uniform(0.03, 0.115), y + random.uniform(0.03, 0.1)
                angle = random.uniform(0, 3.1)
                end = (px + math.cos(angle) * 0.034, py + math.sin(angle) * 0.034)
                tube(layer, frame.all([(px, py), end]), [unit * 0.017, unit * 0.008], tone, gloss=0.9)
    stage.put(layer, 0, strength=0.3)


@kind("pegboard", flat=True)
def pegboard(stage: Stage, spot: Spot, look: Look) -> None:
    """A tool panel on the wall, with three tools on it."""
    layer, unit = stage.layer(), spot.unit
    box = (spot.x - unit * 0.43, spot.base - unit * 0.32, spot.x + unit * 0.43, spot.base + unit * 0.32)
    shape = Outline(box).rectangle(*box, 8)
    skin = panel(shape.size, look.colour)
    draw = ImageDraw.Draw(skin)
    for x in range(34, shape.size[0] - 20, 30):
        for y in range(34, shape.size[1] - 20, 30):
            draw.rectangle((x, y, x + 9, y + 9), fill=darker(look.colour, 0.55))
    inflate(layer, shape, skin, depth=10)
    stage.put(layer, 0, strength=0.65, lift=6)
    layer = stage.layer()
    for place, length in enumerate((0.44, 0.38, 0.32)):
        at = Frame(spot.x - unit * (0.28 - place * 0.11), spot.base + unit * (0.03 - place * 0.02), unit, 90)
        spanner_on(layer, at, stage.palette.metal, length, 0.042 - place * 0.006)
    picture = screw("hex", stage.palette.metal, 0.3, unit)
    layer.alpha_composite(picture, (round(spot.x + unit * 0.1), round(spot.base - unit * 0.16)))
    frame = Frame(spot.x + unit * 0.3, spot.base, unit, 90)
    plate(layer, frame, rounded(0.0, -0.035, 0.24, 0.035, 0.03), stage.palette.accents[2], depth=0.05)
    tube(layer, frame.all([(0.0, 0), (-0.24, 0)]), [unit * 0.024, unit * 0.018], stage.palette.metal, gloss=0.9)
    stage.put(layer, 0, strength=0.6, lift=4)


@kind("helmet", colour=1, zoom=1.1)
def helmet(stage: Stage, spot: Spot, look: Look) -> None:
    """A safety helmet from the side, peak to the left."""
    layer, unit = stage.layer(), spot.unit
    frame = Frame(spot.x + unit * 0.04, spot.base - unit * 0.1, unit)
    under = Outline(frame.bounds([(-0.36, -0.05), (0.32, 0.1)]))
    under.ellipse(*frame.at(-0.01, 0.0), unit * 0.29, unit * 0.075)
    inflate(layer, under, darker(look.colour, 0.6), depth=unit * 0.03, gloss=0)
    dome = [
        *curve([(-0.31, 0.02), (-0.33, -0.42), (0.02, -0.44), (0.08, -0.43)], 24),
        *curve([(0.08, -0.43), (0.33, -0.38), (0.33, -0.1), (0.3, 0.03)], 18),
        *curve([(0.3, 0.03), (0.05, 0.1), (-0.31, 0.02)], 18),
    ]
    shell = Outline(frame.bounds(dome)).polygon(frame.all(dome))
    inflate(layer, shell, look.colour, depth=unit * 0.17, strength=1.15, gloss=0.7)
    for shift, wide in ((-0.1, 0.02), (0.02, 0.034), (0.14, 0.02)):
        ridge = curve(frame.all([(shift - 0.06, -0.02), (shift - 0.1, -0.34), (shift * 0.5 + 0.03, -0.4)]), 20)
        tube(layer, ridge, [unit * wide * 0.5, unit * wide, unit * wide * 0.6], lighter(look.colour, 0.06), gloss=0.6)
    for place in range(3):
        x, y = frame.at(0.17 + place * 0.035, -0.16 - place * 0.01)
        tube(layer, [(x, y), (x - 8, y - unit * 0.07)], [unit * 0.014], darker(look.colour, 0.6), gloss=0)
    peak = [
        *curve([(-0.29, -0.03), (-0.45, 0.0), (-0.47, 0.06), (-0.3, 0.06)], 16),
        *curve([(-0.3, 0.06), (0.0, 0.13), (0.32, 0.05)], 16),
        *curve([(0.32, 0.05), (0.33, 0.0), (0.3, 0.0)], 6),
        *curve([(0.3, 0.0), (0.0, 0.07), (-0.29, -0.03)], 16),
    ]
    brim = Outline(frame.bounds(peak)).polygon(frame.all(peak))
    inflate(layer, brim, lighter(look.colour, 0.05), depth=unit * 0.035, strength=1.2, gloss=0.7)
    x, y = frame.at(-0.02, -0.2)
    badge = Outline((x - 60, y - 60, x + 60, y + 60)).rectangle(x - 34, y - 24, x + 34, y + 24, 8)
    inflate(layer, badge, stage.palette.paper, depth=4)
    stage.put(layer, spot.base - unit * 0.02)


@kind("gloves", flat=True)
def gloves(stage: Stage, spot: Spot, look: Look) -> None:
    """A pair of gloves; the palm is coated in the colour."""
    style = look.choose("type", "grip")
    for side, angle in ((-1, -16), (1, 14)):
        layer, unit = stage.layer(), spot.unit * (0.94 if style != "welding" else 0.88)
        frame = Frame(spot.x + side * spot.unit * 0.2, spot.base + spot.unit * 0.02, unit, angle)
        whole = frame.bounds([(-0.3, -0.4), (0.3, -0.4), (0.3, 0.4), (-0.3, 0.4)])
        cuff_to = 0.4 if style in {"welding", "chemical"} else 0.3
        hand = _hand(frame, whole, side, unit, cuff_to, 0.15 if style in {"welding", "chemical"} else 0.105)
        knit = (72, 78, 84) if style == "grip" else lighter(look.colour, 0.25)
        base = look.colour if style in {"welding", "chemical"} else knit
        inflate(layer, hand, weave(hand.size, base, "plain"), depth=unit * 0.06, strength=1.0, gloss=0.15)
        if style in {"grip", "cut"}:
            coat = _hand(frame, whole, side, unit * 0.97, 0.14, 0.09)
            tone = look.colour if style == "grip" else (58, 64, 70)
            inflate(layer, coat, tone, depth=unit * 0.05, strength=0.9, gloss=0.3)
            band = frame.all([(-0.105, 0.29), (0.105, 0.29)])
            tube(layer, band, [unit * 0.03], stage.palette.accents[1], gloss=0.1)
        elif style == "welding":
            for y in (0.14, 0.37):
                tube(layer, frame.all([(-0.14, y), (0.14, y)]), [unit * 0.012], darker(look.colour, 0.35), gloss=0)
        stage.put(layer, 0, strength=0.6)


def _hand(
    frame: Frame, box: tuple[float, float, float, float], side: int, unit: float, cuff: float, wide: float
) -> Outline:
    """The outline of a hand: palm, four fingers, thumb, cuff."""
    hand = Outline(box)
    fingers = ((-0.085, -0.26, 0.052), (-0.028, -0.31, 0.056), (0.03, -0.295, 0.055), (0.086, -0.23, 0.05))
    for x, y, thick in fingers:
        hand.path(frame.all([(x * side * 0.9, 0.0), (x * side * 1.15, y)]), [unit * thick * 1.15, unit * thick])
    thumb: list[Point] = [(-side * 0.06, 0.12), (-side * 0.16, 0.03), (-side * 0.2, -0.09)]
    hand.path(frame.all(thumb), [unit * 0.1, unit * 0.07, unit * 0.056])
    hand.path(frame.all([(0, -0.04), (0, 0.1)]), [unit * 0.21, unit * 0.2])
    hand.polygon(frame.all([(-0.1, 0.05), (0.1, 0.05), (wide, cuff), (-wide, cuff)]))
    return hand


@kind("goggles", flat=True)
def goggles(stage: Stage, spot: Spot, look: Look) -> None:
    """Safety glasses with clear lenses."""
    layer, unit = stage.layer(), spot.unit
    frame = Frame(spot.x, spot.base - unit * 0.03, unit, -8)
    for side in (-1, 1):
        arm = curve(frame.all([(side * 0.36, -0.05), (side * 0.42, 0.12), (side * 0.36, 0.26), (side * 0.1, 0.3)]))
        tube(layer, arm, [unit * 0.034, unit * 0.028, unit * 0.034], look.colour, gloss=0.5)
    stage.put(layer, 0, strength=0.5)
    layer = stage.layer()
    lens = [
        *curve([(-0.38, -0.09), (0, -0.15), (0.38, -0.09)]),
        *curve([(0.39, 0.0), (0.36, 0.15), (0.12, 0.15), (0.05, 0.03)]),
        *curve([(0.05, 0.03), (0.0, -0.02), (-0.05, 0.03)], 8),
        *curve([(-0.05, 0.03), (-0.12, 0.15), (-0.36, 0.15), (-0.39, 0.0)]),
    ]
    shape = Outline(frame.bounds(lens)).polygon(frame.all(lens))
    inflate(layer, shape, mix((214, 230, 236), look.colour, 0.06), depth=unit * 0.07, strength=0.8, gloss=1.0)
    layer.putalpha(layer.getchannel("A").point([v * 7 // 10 for v in range(256)]))
    for side in (-1, 1):
        gleam = frame.all([(side * 0.2 - 0.06, 0.06), (side * 0.2 + 0.04, -0.06)])
        tube(layer, gleam, [unit * 0.014, unit * 0.03, unit * 0.014], (255, 255, 255), gloss=0, strength=0.1)
    brow = curve(frame.all([(-0.39, -0.075), (0, -0.15), (0.39, -0.075)]))
    tube(layer, brow, [unit * 0.038, unit * 0.03, unit * 0.038], look.colour, gloss=0.5)
    stage.put(layer, 0, strength=0.4)


@kind("earmuffs", flat=True)
def earmuffs(stage: Stage, spot: Spot, look: Look) -> None:
    """Ear defenders with a steel band."""
    layer, unit = stage.layer(), spot.unit
    frame = Frame(spot.x, spot.base + unit * 0.05, unit)
    band = curve(frame.all([(-0.27, 0.06), (-0.34, -0.52), (0.34, -0.52), (0.27, 0.06)]), 40)
    tube(layer, band, [unit * 0.016], stage.palette.metal, gloss=0.9)
    tube(layer, band[11:30], [unit * 0.055], (46, 50, 54), gloss=0.3)
    for side in (-1, 1):
        x, y = frame.at(side * 0.25, 0.12)
        box = (x - unit * 0.2, y - unit * 0.24, x + unit * 0.2, y + unit * 0.24)
        pad = Outline(box).ellipse(x - side * unit * 0.055, y, unit * 0.1, unit * 0.165)
        inflate(layer, pad, (44, 48, 52), depth=unit * 0.08)
        cup = Outline(box).ellipse(x + side * unit * 0.02, y, unit * 0.115, unit * 0.18)
        inflate(layer, cup, look.colour, depth=unit * 0.11, gloss=0.7)
        mark = Outline(box).ellipse(x + side * unit * 0.03, y, unit * 0.05, unit * 0.09)
        inflate(layer, mark, darker(look.colour, 0.15), depth=unit * 0.03, strength=-0.7)
    stage.put(layer, 0, strength=0.6)


@kind("mask", flat=True)
def mask(stage: Stage, spot: Spot, _look: Look) -> None:
    """A folded dust mask with a valve."""
    layer, unit = stage.layer(), spot.unit
    frame = Frame(spot.x, spot.base, unit, -6)
    for side in (-1, 1):
        for bend in (-0.22, 0.22):
            strap = curve(
                frame.all(
                    [
                        (side * 0.3, bend * 0.5),
                        (side * 0.52, bend),
                        (side * 0.48, bend * 0.1),
                        (side * 0.32, bend * 0.2),
                    ]
                )
            )
            tube(layer, strap, [unit * 0.012], stage.palette.accents[1], gloss=0.1)
    body = [
        *curve([(-0.34, 0.0), (-0.2, -0.27), (0, -0.27), (0.2, -0.27), (0.34, 0.0)], 30),
        *curve([(0.34, 0.0), (0.2, 0.29), (0, 0.31), (-0.2, 0.29), (-0.34, 0.0)], 30),
    ]
    shape = Outline(frame.bounds(body)).polygon(frame.all(body))
    inflate(layer, shape, weave(shape.size, (240, 242, 242), "plain"), depth=unit * 0.12, strength=0.8, gloss=0.1)
    for y in (-0.08, 0.1):
        crease = curve(frame.all([(-0.33, 0.0), (0, y * 1.7), (0.33, 0.0)]))
        tube(layer, crease, [3], (196, 202, 206), gloss=0)
    tube(
        layer,
        curve(frame.all([(-0.1, -0.2), (0, -0.235), (0.1, -0.2)])),
        [unit * 0.016],
        stage.palette.metal,
        gloss=0.8,
    )
    x, y = frame.at(0.12, 0.05)
    valve = Outline((x - 80, y - 80, x + 80, y + 80)).rectangle(
        x - unit * 0.06, y - unit * 0.055, x + unit * 0.06, y + unit * 0.055, 14
    )
    inflate(layer, valve, stage.palette.accents[0], depth=unit * 0.03, gloss=0.5)
    for bar in range(3):
        level = y + (bar - 1) * unit * 0.03
        tube(
            layer,
            [(x - unit * 0.04, level), (x + unit * 0.04, level)],
            [4],
            darker(stage.palette.accents[0], 0.4),
            gloss=0,
        )
    stage.put(layer, 0, strength=0.55)


@kind("vest", flat=True)
def vest(stage: Stage, spot: Spot, look: Look) -> None:
    """A high-visibility vest with reflective bands."""
    layer, unit = stage.layer(), spot.unit
    bright = {(240, 165, 30): (222, 240, 40)}.get(look.colour, look.colour)
    frame = Frame(spot.x, spot.base, unit, 3)
    body = [
        (-0.2, -0.38),
        (-0.1, -0.4),
        (0.0, -0.18),
        (0.1, -0.4),
        (0.2, -0.38),
        *curve([(0.2, -0.38), (0.17, -0.2), (0.27, -0.1)], 10),
        (0.28, 0.38),
        (-0.28, 0.38),
        *curve([(-0.27, -0.1), (-0.17, -0.2), (-0.2, -0.38)], 10),
    ]
    shape = Outline(frame.bounds(body)).polygon(frame.all(body))
    inflate(layer, shape, weave(shape.size, bright, "plain"), depth=12, strength=0.8, gloss=0.1)
    for y in (0.06, 0.22):
        plate(
            layer, frame, [(-0.278, y), (0.278, y), (0.28, y + 0.075), (-0.28, y + 0.075)], (204, 210, 214), depth=0.004
        )
    for side in (-1, 1):
        plate(
            layer,
            frame,
            [(side * 0.125, -0.37), (side * 0.185, -0.37), (side * 0.17, 0.06), (side * 0.11, 0.06)],
            (204, 210, 214),
            depth=0.004,
        )
    zipper = Outline(frame.bounds([(-0.03, -0.2), (0.03, 0.4)])).polygon(
        frame.all([(-0.006, -0.18), (0.006, -0.18), (0.006, 0.38), (-0.006, 0.38)])
    )
    inflate(layer, zipper, metal(zipper.size, (90, 96, 100)), depth=3)
    stage.put(layer, 0, strength=0.55)
