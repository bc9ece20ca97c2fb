"""For the house: candlelight, platters, planters."""

import math

from PIL import Image, ImageDraw

from eseller.demo.pictures.boxes import Block, Frame, block, panel
from eseller.demo.pictures.colour import Colour, darker, lighter, mix
from eseller.demo.pictures.glaze import glaze
from eseller.demo.pictures.kinds import Look, Spot, kind
from eseller.demo.pictures.lathe import Body, Finish, Profile, Rim, disc, mouth, plain, turn
from eseller.demo.pictures.pottery import MATT, SATIN, greenery, handle, vessel
from eseller.demo.pictures.relief import Outline, curve, inflate, tube
from eseller.demo.pictures.stage import Point, Stage

WAX: Colour = (240, 231, 212)
Form = tuple[float, float, list[Point]]


def candle(layer: Image.Image, x: float, foot: float, unit: float, high: float, colour: Colour = WAX) -> None:
    """A burning taper that stands on a point."""
    body = Body(x, foot - high * unit, high * unit, unit * 0.024, 0.3)
    turn(layer, body, Profile([(0, 0.72), (0.06, 0.9), (1, 1)]), plain(colour, (64, 64)), Finish(0.25, 10))
    wick = [(x, body.top + 1), (x + unit * 0.003, body.top - unit * 0.025)]
    tube(layer, wick, [unit * 0.008, unit * 0.005], (60, 48, 40), gloss=0)
    flame = curve([(x, body.top - unit * 0.012), (x, body.top - unit * 0.05), (x, body.top - unit * 0.085)], 14)
    tube(layer, flame, [unit * 0.024, unit * 0.034, unit * 0.016, 1.5], (250, 190, 78), gloss=0.2, strength=0.15)
    tube(layer, flame[:9], [unit * 0.012, unit * 0.016, 2], (255, 240, 190), gloss=0, strength=0.1)


@kind("candlestick", colour=3)
def candlestick(stage: Stage, spot: Spot, look: Look) -> None:
    """Three candlesticks of different heights."""
    unit = spot.unit
    for x, base, high in ((-0.19, -0.02, 0.3), (0.17, -0.035, 0.22), (0.0, 0.035, 0.13)):
        layer = stage.layer()
        foot = spot.base + base * unit
        form: Form = (
            high,
            0.085,
            [(0, 0.5), (0.1, 0.52), (0.2, 0.3), (0.5, 0.26), (0.72, 0.34), (0.84, 0.8), (0.9, 1), (1, 1)],
        )
        at = Spot(spot.x + x * unit, foot, unit)
        candle(layer, at.x, foot - high * unit + unit * 0.012, unit, 0.27)
        vessel(layer, at, form, look, style="solid", tilt=0.22, clay=stage.palette.clay, lip=0.03)
        front = stage.layer()
        candle(front, at.x, foot - high * unit + unit * 0.004, unit, 0.26)
        layer.alpha_composite(front)
        stage.put(layer, foot)


@kind("lantern", colour=3, zoom=1.25)
def lantern(stage: Stage, spot: Spot, look: Look) -> None:
    """Two tealight holders, pierced all over, glowing from inside."""
    for x, base, size in ((-0.13, -0.04, 1.15), (0.16, 0.03, 0.95)):
        layer = stage.layer()
        form: Form = (0.27, 0.155, [(0, 0.62), (0.3, 0.96), (0.55, 1), (0.85, 0.82), (1, 0.64)])
        at = Spot(spot.x + x * spot.unit, spot.base + base * spot.unit, spot.unit * size)
        skin = glaze("solid", look.colour, stage.palette.clay, look.random)
        draw = ImageDraw.Draw(skin)
        for row in range(5):
            for column in range(9):
                cx, cy = 24 + column * 36 + row % 2 * 18, 52 + row * 48
                draw.ellipse((cx - 8, cy - 8, cx + 8, cy + 8), fill=darker(look.colour, 0.3))
                draw.ellipse((cx - 5, cy - 6, cx + 7, cy + 6), fill=(255, 214, 128))
        high, wide = form[0] * at.unit, form[1] * at.unit
        body = Body(at.x, at.base - high - 6, high, wide, 0.2)
        turn(layer, body, Profile(form[2]), skin, MATT)
        mouth(layer, body, 0.62, Rim(look.colour, (250, 196, 110), 0.1, (255, 226, 150)))
        stage.put(layer, at.base)


@kind("chamberstick", zoom=1.1)
def chamberstick(stage: Stage, spot: Spot, look: Look) -> None:
    """A candle in a dish with a ring for the finger."""
    layer = stage.layer()
    unit = spot.unit
    ring = curve(
        [
            (spot.x + unit * 0.21, spot.base - unit * 0.07),
            (spot.x + unit * 0.44, spot.base - unit * 0.16),
            (spot.x + unit * 0.44, spot.base + unit * 0.04),
            (spot.x + unit * 0.2, spot.base - unit * 0.02),
        ]
    )
    tube(layer, ring, [unit * 0.035], look.colour)
    dish: Form = (0.075, 0.24, [(0, 1), (0.5, 0.92), (1, 0.7)])
    body = vessel(layer, spot, dish, look, style="solid", tilt=0.3, clay=stage.palette.clay, lip=0.03)
    floor = body.top + body.radius * 0.12
    cup = Body(spot.x, floor - unit * 0.1, unit * 0.1, unit * 0.055, 0.3)
    candle(layer, spot.x, cup.top + unit * 0.02, unit, 0.32)
    turn(layer, cup, Profile([(0, 1), (0.2, 0.85), (0.8, 0.85), (1, 1.1)]), plain(look.colour), SATIN)
    mouth(layer, cup, 1, Rim(look.colour, look.colour, 0.2))
    candle(layer, spot.x, cup.top + unit * 0.006, unit, 0.31)
    stage.put(layer, spot.base)


@kind("advent")
def advent(stage: Stage, spot: Spot, look: Look) -> None:
    """A round dish with four candles."""
    layer = stage.layer()
    form: Form = (0.09, 0.38, [(0, 1), (0.5, 0.95), (1, 0.8)])
    body = vessel(layer, spot, form, look, style="speckle", tilt=0.32, clay=stage.palette.clay, lip=0.03)
    level = body.top + body.radius * 0.03
    for x, y, high in ((-0.08, -0.07, 0.3), (0.15, -0.045, 0.27), (-0.19, 0.015, 0.24), (0.06, 0.055, 0.2)):
        candle(layer, spot.x + x * spot.unit, level + y * spot.unit, spot.unit, high)
    stage.put(layer, spot.base)


@kind("candles", zoom=1.1)
def candles(stage: Stage, spot: Spot, look: Look) -> None:
    """Three beeswax candles, two of them tied together."""
    layer = stage.layer()
    for x, high in ((-0.11, 0.46), (-0.055, 0.46), (0.12, 0.34)):
        candle(layer, spot.x + x * spot.unit, spot.base, spot.unit * 1.15, high, look.colour)
    knot = [
        (spot.x - spot.unit * 0.145, spot.base - spot.unit * 0.2),
        (spot.x - spot.unit * 0.02, spot.base - spot.unit * 0.19),
    ]
    tube(layer, knot, [spot.unit * 0.012], (176, 130, 92), gloss=0.1)
    stage.put(layer, spot.base)


@kind("incense")
def incense(stage: Stage, spot: Spot, look: Look) -> None:
    """A shallow dish with a slanted stick."""
    layer = stage.layer()
    form: Form = (0.07, 0.3, [(0, 1), (0.5, 0.9), (1, 0.6)])
    body = vessel(layer, spot, form, look, style="solid", tilt=0.3, clay=stage.palette.clay, lip=0.025)
    tip = (spot.x + spot.unit * 0.24, body.top - spot.unit * 0.32)
    tube(layer, [(spot.x - spot.unit * 0.2, body.top + 4), tip], [spot.unit * 0.008], (92, 66, 50), gloss=0.1)
    smoke = curve([tip, (tip[0] - 60, tip[1] - 40), (tip[0] + 70, tip[1] - 70), (tip[0] - 10, tip[1] - 130)])
    veil = stage.layer()
    tube(veil, smoke, [2, 5, 9, 3], (236, 230, 222), gloss=0, strength=0.1)
    veil.putalpha(veil.getchannel("A").point([v // 3 for v in range(256)]))
    stage.put(layer, spot.base)
    stage.image.paste(veil, (0, 0), veil)


@kind("cakestand", zoom=1.1)
def cake_stand(stage: Stage, spot: Spot, look: Look) -> None:
    """A plate on a foot, with a small cake."""
    layer = stage.layer()
    unit = spot.unit
    foot: Form = (0.19, 0.16, [(0, 0.5), (0.3, 0.3), (0.6, 0.34), (0.9, 0.9), (1, 1)])
    vessel(layer, spot, foot, look, style="solid", tilt=0.2, clay=stage.palette.clay)
    top = Body(spot.x, spot.base - unit * 0.24, unit * 0.045, unit * 0.37, 0.24)
    turn(layer, top, Profile([(0, 1), (0.5, 0.97), (1, 0.7)]), plain(look.colour), SATIN)
    disc(layer, top, panel((200, 100), lighter(look.colour, 0.12), edge=False))
    cake = Body(spot.x, top.top - unit * 0.15, unit * 0.16, unit * 0.22, 0.24)
    skin = plain((226, 190, 138))
    draw = ImageDraw.Draw(skin)
    draw.rectangle((0, 130, 320, 170), fill=(246, 238, 224))
    draw.rectangle((0, 152, 320, 162), fill=(170, 60, 66))
    turn(layer, cake, Profile([(0, 0.97), (0.08, 1), (1, 1)]), skin, MATT)
    disc(layer, cake, panel((200, 100), (250, 244, 234), edge=False), 0.97)
    for place in range(9):
        x = cake.x + (look.random.random() - 0.5) * unit * 0.3
        y = cake.top + (place % 3 - 1) * unit * 0.022
        tube(layer, [(x, y), (x + 2, y - 1)], [unit * 0.03], (168, 44, 54), gloss=0.8)
    stage.put(layer, spot.base)


@kind("platter", "tray", "dish", flat=True, zoom=1.05)
def platter(stage: Stage, spot: Spot, look: Look) -> None:
    """A platter, an oven dish, a tray: seen from above."""
    layer, unit = stage.layer(), spot.unit
    deep = look.choose("glaze", "") == "rim"
    wide, high, corner = (0.36, 0.25, 0.09) if deep else (0.42, 0.17, 0.17)
    frame = Frame(spot.x, spot.base, unit, -14)

    def ring(share: float, tone: Colour, depth: float, strength: float) -> None:
        inset = (1 - share) * 0.5
        w, h, r = wide - inset, high - inset, max(0.02, corner - inset)
        points: list[Point] = []
        for cx, cy, start in ((w - r, -h + r, -90), (w - r, h - r, 0), (-w + r, h - r, 90), (-w + r, -h + r, 180)):
            for step in range(13):
                angle = math.radians(start + step * 7.5)
                points.append((cx + r * math.cos(angle), cy + r * math.sin(angle)))
        shape = Outline(frame.bounds(points)).polygon(frame.all(points))
        skin = glaze("speckle" if share < 1 else "solid", tone, stage.palette.clay, look.random)
        inflate(layer, shape, skin.resize(shape.size), depth=unit * depth, strength=strength, gloss=0.5)

    if deep:
        for side in (-1, 1):
            ear = curve(frame.all([(side * 0.33, -0.1), (side * 0.44, -0.09), (side * 0.44, 0.09), (side * 0.33, 0.1)]))
            tube(layer, ear, [unit * 0.045], mix(look.colour, stage.palette.clay, 0.3), gloss=0.5)
    ring(1, mix(look.colour, stage.palette.clay, 0.3), 0.03, 0.9)
    ring(0.95, darker(look.colour, 0.08), 0.05, -0.7 if deep else -0.45)
    ring(0.84 if deep else 0.88, lighter(look.colour, 0.06), 0.06, -0.35)
    if look.random.random() < 0.6 and not deep:
        for place in range(7):
            at = frame.at((place - 3) * 0.085, look.random.uniform(-0.03, 0.03))
            tone = look.random.choice(((92, 104, 60), (58, 42, 58), (150, 72, 60), (222, 196, 140)))
            tube(layer, [at, (at[0] + 8, at[1] + 5)], [unit * 0.055], tone, gloss=0.7)
    stage.put(layer, 0, strength=0.6)


@kind("dripper", zoom=1.1)
def dripper(stage: Stage, spot: Spot, look: Look) -> None:
    """A coffee cone on its jug."""
    layer = stage.layer()
    unit = spot.unit
    handle(
        layer,
        (spot.x + unit * 0.13, spot.base - unit * 0.26),
        (spot.x + unit * 0.17, spot.base - unit * 0.08),
        unit * 0.14,
        unit * 0.036,
        look.colour,
    )
    jug: Form = (0.32, 0.2, [(0, 0.66), (0.15, 0.68), (0.6, 1), (0.9, 0.94), (1, 0.84)])
    body = vessel(layer, spot, jug, look, style="solid", tilt=0.2, clay=stage.palette.clay)
    flange = Body(spot.x, body.top - unit * 0.03, unit * 0.03, unit * 0.17, 0.2)
    turn(layer, flange, Profile([(0, 1), (1, 1)]), plain(look.colour), SATIN)
    disc(layer, flange, panel((120, 60), lighter(look.colour, 0.1), edge=False))
    cone: Form = (0.22, 0.2, [(0, 1), (0.5, 0.72), (1, 0.42)])
    at = Spot(spot.x, flange.top + unit * 0.01, unit)
    vessel(layer, at, cone, look, style="solid", tilt=0.22, clay=stage.palette.clay, fill=(70, 42, 26))
    stage.put(layer, spot.base)


@kind("planter", zoom=1.1)
def planter(stage: Stage, spot: Spot, look: Look) -> None:
    """A long trough with herbs."""
    layer, unit = stage.layer(), spot.unit
    shape = Block(spot.x, spot.base, unit * 0.6, unit * 0.2, unit * 0.22)
    block(layer, shape, look.colour)
    soil = stage.layer()
    lid = shape.lid(0.97)
    ImageDraw.Draw(soil).polygon(
        [(x + (spot.x - x) * 0.06, y + (lid[0][1] - y) * 0.12) for x, y in lid], fill=(64, 48, 38, 255)
    )
    layer.alpha_composite(soil)
    for place in range(4):
        x = spot.x + (place - 1.5) * unit * 0.14
        greenery(layer, (x, lid[3][1] + place * unit * 0.022 - unit * 0.02), unit * 0.62, look, 10)
    stage.put(layer, spot.base, foot=shape.foot())


@kind("hanging")
def hanging(stage: Stage, spot: Spot, look: Look) -> None:
    """A pot that hangs on three cords."""
    layer, unit = stage.layer(), spot.unit
    base = spot.base - unit * 0.12
    form: Form = (0.24, 0.22, [(0, 1), (0.4, 0.96), (0.8, 0.66), (1, 0.36)])
    top = base - form[0] * unit
    knot = (spot.x, top - unit * 0.42)
    tube(layer, [knot, (spot.x, -20)], [unit * 0.01], (120, 84, 58), gloss=0.1)
    tube(layer, [knot, (spot.x - unit * 0.02, top - 30)], [unit * 0.01], (120, 84, 58), gloss=0.1)
    body = vessel(
        layer, spot._replace(base=base), form, look, style="dip", tilt=0.2, clay=stage.palette.clay, fill=(66, 48, 36)
    )
    greenery(layer, (spot.x, body.top + unit * 0.01), unit * 0.8, look, 14)
    for side in (-1, 1):
        tube(
            layer,
            [knot, (spot.x + side * unit * 0.215, body.top + unit * 0.02)],
            [unit * 0.01],
            (132, 94, 66),
            gloss=0.1,
        )
    stage.put(layer, spot.base + unit * 0.08, strength=0.3)


@kind("cactus", zoom=1.2)
def cactus(stage: Stage, spot: Spot, look: Look) -> None:
    """Three small pots with three cacti."""
    for place, tone in enumerate(look.random.sample(stage.palette.accents, 3)):
        layer, unit = stage.layer(), spot.unit
        x, base = spot.x + (place - 1) * unit * 0.24, spot.base + (0.04 if place == 1 else -0.02) * unit
        form: Form = (0.17, 0.11, [(0, 1), (0.5, 0.94), (1, 0.8)])
        pot = vessel(
            layer,
            Spot(x, base, unit),
            form,
            Look(tone, {}, look.random),
            style="speckle",
            tilt=0.24,
            clay=stage.palette.clay,
            fill=(92, 74, 58),
        )
        green = plain((96, 128, 84))
        draw = ImageDraw.Draw(green)
        for line in range(0, 320, 26):
            draw.rectangle((line, 0, line + 9, 320), fill=(74, 104, 70))
            for dot in range(10, 320, 40):
                draw.ellipse((line + 14, dot, line + 18, dot + 4), fill=(238, 232, 200))
        high = (0.14, 0.26, 0.19)[place] * unit
        plant = Body(x, pot.top - high + unit * 0.02, high, unit * (0.09, 0.055, 0.07)[place], 0.2)
        turn(layer, plant, Profile([(0, 0.1), (0.08, 0.5), (0.3, 0.92), (0.6, 1), (1, 0.86)]), green, MATT)
        stage.put(layer, base)


@kind("olla", zoom=1.1)
def olla(stage: Stage, spot: Spot, look: Look) -> None:
    """A watering pot with a long neck."""
    layer = stage.layer()
    form: Form = (0.48, 0.24, [(0, 0.3), (0.04, 0.26), (0.28, 0.24), (0.42, 0.5), (0.66, 1), (0.86, 0.86), (1, 0.4)])
    body = vessel(layer, spot, form, look, style="bare", tilt=0.18, clay=look.colour)
    lid = Body(spot.x, body.top - spot.unit * 0.05, spot.unit * 0.06, spot.unit * 0.085, 0.2)
    turn(layer, lid, Profile([(0, 0.3), (0.3, 0.4), (0.5, 0.95), (1, 1)]), plain(look.colour), MATT)
    stage.put(layer, spot.base)


@kind("wallvase", flat=True)
def wall_vase(stage: Stage, spot: Spot, look: Look) -> None:
    """A pocket of clay on the wall, with dried ears."""
    layer, unit = stage.layer(), spot.unit
    base = spot.base + unit * 0.24
    for place in range(7):
        lean = (place - 3) * unit * 0.05
        stem = curve(
            [
                (spot.x + lean * 0.3, base - unit * 0.2),
                (spot.x + lean, base - unit * 0.4),
                (spot.x + lean * 1.6, base - unit * look.random.uniform(0.46, 0.6)),
            ]
        )
        tube(layer, stem, [unit * 0.006, unit * 0.006, unit * 0.022, unit * 0.014], (196, 160, 100), gloss=0.1)
    form: Form = (0.32, 0.17, [(0, 0.9), (0.2, 1), (0.6, 0.82), (0.9, 0.4), (1, 0.16)])
    vessel(layer, spot._replace(base=base), form, look, style="speckle", tilt=0.14, clay=stage.palette.clay)
    stage.put(layer, 0, strength=0.6, lift=unit * 0.02)
