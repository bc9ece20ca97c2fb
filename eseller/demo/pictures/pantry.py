"""The pantry: tins, pouches, coffee bags, jars, boxes and what one brews with."""

import math

from PIL import Image, ImageDraw

from eseller.demo.pictures.boxes import Block, block, panel
from eseller.demo.pictures.colour import Colour, darker, lighter, mix
from eseller.demo.pictures.kinds import Look, Spot, kind
from eseller.demo.pictures.labels import EMBLEMS, draw_emblem, label, wrapper
from eseller.demo.pictures.lathe import TEXTURE, Body, Finish, Profile, Rim, disc, mouth, plain, turn
from eseller.demo.pictures.pottery import MATT, SATIN, handle
from eseller.demo.pictures.relief import Outline, curve, face, inflate, metal, tube
from eseller.demo.pictures.stage import Point, Stage

TIN = Finish(gloss=0.55, sharp=30)
GLASS = Finish(gloss=0.95, sharp=46)
LEAF: tuple[Colour, ...] = ((52, 40, 28), (70, 56, 34), (44, 48, 30), (86, 66, 40))
BEAN: tuple[Colour, ...] = ((62, 38, 24), (78, 48, 30), (52, 32, 22))


def scatter(layer: Image.Image, spot: Spot, look: Look, tones: tuple[Colour, ...], count: int, size: float) -> None:
    """Strew leaves or beans at the foot of a pack."""
    for _ in range(count):
        x = spot.x + look.random.gauss(0.2, 0.12) * spot.unit
        y = spot.base + look.random.uniform(-0.02, 0.06) * spot.unit
        angle = look.random.uniform(0, 6.3)
        end = (x + math.cos(angle) * size * spot.unit, y + math.sin(angle) * size * spot.unit * 0.5)
        tube(layer, [(x, y), end], [size * spot.unit * 0.8], look.random.choice(tones), gloss=0.4)


@kind("tin", zoom=1.15)
def tin(stage: Stage, spot: Spot, look: Look) -> None:
    """A round tin with a printed wall and a lid."""
    layer, random, palette = stage.layer(), look.random, stage.palette
    plain_tin = "plain" in look.params
    name = look.choose("form", "tall")
    high, wide = {"tall": (0.48, 0.18), "small": (0.26, 0.17), "spice": (0.3, 0.13), "wide": (0.27, 0.28)}[name]
    height, radius = high * spot.unit, wide * spot.unit
    tilt = 0.2 if wide < 0.25 else 0.3
    body = Body(spot.x, spot.base - height - radius * tilt * 0.5, height, radius, tilt)
    skin = plain(look.colour)
    if not plain_tin:
        mid = (TEXTURE[0] // 2, TEXTURE[1])
        skin.paste(wrapper((TEXTURE[0], TEXTURE[1]), look.colour, palette, random, "").resize(TEXTURE), (0, 0))
        inner = label(
            (round(mid[0] * 1.12), 190),
            palette.paper,
            darker(look.colour, 0.4),
            random,
            title="LARDERWREN" if palette.name == "larderwren" else "",
        )
        skin.paste(inner, (TEXTURE[0] // 2 - inner.size[0] // 2, 92))
    else:
        draw_emblem(ImageDraw.Draw(skin), "wren", (160, 180), 60, lighter(look.colour, 0.5))
    turn(layer, body, Profile([(0, 1), (1, 1)]), skin, TIN)
    deep = 0.16 if wide < 0.25 else 0.26
    lid = Body(spot.x, body.top - spot.unit * 0.012, height * deep, radius * 1.03, tilt)
    cover = darker(look.colour, 0.12) if not plain_tin else look.colour
    turn(layer, lid, Profile([(0, 0.97), (0.12, 1), (0.9, 1), (1, 0.985)]), plain(cover), TIN)
    disc(layer, lid, panel((200, 100), lighter(cover, 0.14), (255, 250, 225), edge=False), 0.96)
    disc(layer, lid._replace(top=lid.top + 2), panel((200, 100), lighter(cover, 0.06), edge=False), 0.84)
    if name == "tall" and not plain_tin and random.random() < 0.7:
        scatter(layer, spot, look, LEAF, 26, 0.018)
    stage.put(layer, spot.base)


def _pack(spot: Spot, wide: float, high: float, pinch: float, unit: float) -> tuple[Outline, list[Point]]:
    """The outline of a filled bag: a straight top, full sides, a rounded foot."""
    x, base = spot.x, spot.base
    top = base - high * unit
    half = wide * unit
    right = curve(
        [
            (x + half * pinch, top),
            (x + half * 1.02, top + high * unit * 0.3),
            (x + half * 1.05, base - high * unit * 0.2),
            (x + half * 0.94, base - 6),
        ],
        16,
    )
    foot = curve([(x + half * 0.94, base - 6), (x, base + unit * 0.04), (x - half * 0.94, base - 6)], 12)
    left = [(2 * x - px, py) for px, py in reversed(right)]
    points = [*right, *foot, *left]
    return Outline((x - half * 1.1, top, x + half * 1.1, base + unit * 0.04)).polygon(points), points


@kind("pouch", zoom=1.12)
def pouch(stage: Stage, spot: Spot, look: Look) -> None:
    """A paper pouch with a label, standing."""
    layer, unit = stage.layer(), spot.unit
    shape, _ = _pack(spot, 0.21, 0.52, 0.98, unit)
    kraft = mix((196, 160, 114), look.colour, 0.12)
    skin = Image.new("RGB", shape.size, kraft)
    width, height = shape.size
    draw = ImageDraw.Draw(skin)
    draw.rectangle((0, 0, width, height * 0.16), fill=look.colour)
    draw.line((0, height * 0.2, width, height * 0.2), fill=darker(kraft, 0.25), width=3)
    draw.line((0, height * 0.215, width, height * 0.215), fill=lighter(kraft, 0.25), width=2)
    paper = label(
        (round(width * 0.56), round(height * 0.44)),
        stage.palette.paper,
        darker(look.colour, 0.35),
        look.random,
        title="LARDERWREN",
    )
    skin.paste(paper, (round(width * 0.22), round(height * 0.32)))
    inflate(layer, shape, skin, depth=unit * 0.1, strength=0.9, gloss=0.12)
    scatter(layer, spot, look, (*LEAF, lighter(look.colour, 0.1)), 22, 0.02)
    stage.put(layer, spot.base)


@kind("coffeebag", zoom=1.12)
def coffee_bag(stage: Stage, spot: Spot, look: Look) -> None:
    """A side-fold bag with a rolled top, a band and a few beans."""
    layer, unit = stage.layer(), spot.unit
    shape, _ = _pack(spot, 0.2, 0.54, 0.92, unit)
    skin = wrapper(shape.size, look.colour, stage.palette, look.random, "HOBSTONE")
    width, height = shape.size
    draw = ImageDraw.Draw(skin)
    draw.ellipse((width * 0.46, height * 0.2, width * 0.54, height * 0.2 + width * 0.08), fill=darker(look.colour, 0.4))
    inflate(layer, shape, skin, depth=unit * 0.12, strength=1.0, gloss=0.3)
    top = spot.base - 0.54 * unit
    roll = Outline((spot.x - unit * 0.2, top - unit * 0.02, spot.x + unit * 0.2, top + unit * 0.06))
    roll.rectangle(spot.x - unit * 0.19, top - unit * 0.015, spot.x + unit * 0.19, top + unit * 0.05, unit * 0.012)
    inflate(layer, roll, darker(look.colour, 0.1), depth=unit * 0.02, strength=1.1)
    tie = Outline((spot.x - unit * 0.22, top, spot.x + unit * 0.22, top + unit * 0.04))
    tie.rectangle(spot.x - unit * 0.215, top + unit * 0.012, spot.x + unit * 0.215, top + unit * 0.032, 3)
    inflate(layer, tie, (206, 178, 120), depth=5)
    scatter(layer, spot, look, BEAN, 18, 0.024)
    stage.put(layer, spot.base)


def _jar(layer: Image.Image, spot: Spot, look: Look, stage: Stage, lid: Colour, *, honey: bool = False) -> None:
    """A filled glass jar with a lid and a label."""
    unit = spot.unit
    skin = Image.new("RGB", TEXTURE, look.colour)
    draw = ImageDraw.Draw(skin)
    for _ in range(90):
        x, y, size = look.random.uniform(0, 320), look.random.uniform(30, 320), look.random.uniform(4, 14)
        tone = mix(look.colour, look.random.choice(((20, 10, 8), (255, 230, 190))), look.random.uniform(0.05, 0.22))
        draw.ellipse((x - size, y - size * 0.7, x + size, y + size * 0.7), fill=tone)
    draw.rectangle((0, 0, 320, 30), fill=mix(look.colour, (244, 248, 244), 0.75))
    draw.rectangle((0, 30, 320, 34), fill=lighter(look.colour, 0.35))
    paper = label(
        (200, 150),
        stage.palette.paper,
        darker(look.colour, 0.5),
        look.random,
        title="LARDERWREN",
        emblem="sun" if honey else "",
    )
    skin.paste(paper, (60, 110))
    height, radius = 0.34 * unit, 0.17 * unit
    body = Body(spot.x, spot.base - height - radius * 0.1, height, radius, 0.2)
    turn(layer, body, Profile([(0, 0.8), (0.08, 0.86), (0.17, 1), (0.94, 1), (1, 0.9)]), skin, GLASS)
    cap = Body(spot.x, body.top - unit * 0.05, unit * 0.065, radius * 0.88, 0.2)
    turn(layer, cap, Profile([(0, 0.96), (0.15, 1), (1, 1)]), plain(lid), TIN)
    disc(layer, cap, panel((160, 80), lighter(lid, 0.18), edge=False), 0.95)


@kind("jamjar", zoom=1.25)
def jam_jar(stage: Stage, spot: Spot, look: Look) -> None:
    """A jar of jam, honey or chutney with a spoon beside it."""
    layer = stage.layer()
    honey = look.choose("form", "") == "honey"
    lid = (196, 156, 74) if honey else darker(look.colour, 0.25)
    _jar(layer, spot, look, stage, lid, honey=honey)
    if honey:
        stick = [(spot.x + spot.unit * 0.2, spot.base + 10), (spot.x + spot.unit * 0.4, spot.base - spot.unit * 0.05)]
        tube(layer, stick, [spot.unit * 0.02], stage.palette.wood, gloss=0.2)
        for ring in range(4):
            x = spot.x + (0.2 + ring * 0.018) * spot.unit
            y = spot.base + 10 - ring * 4
            tube(layer, [(x, y - 15), (x + 3, y + 13)], [spot.unit * 0.014], darker(stage.palette.wood, 0.1))
    else:
        fruit = [mix(look.colour, (255, 220, 160), 0.12), look.colour, darker(look.colour, 0.2)]
        for place in range(4):
            x = spot.x + (0.21 + place % 3 * 0.06) * spot.unit
            y = spot.base + (place // 3 * 0.05 - 0.005 + place % 2 * 0.02) * spot.unit
            tube(layer, [(x, y - 6), (x + 4, y - 8)], [spot.unit * 0.075], look.random.choice(fruit), gloss=0.9)
    stage.put(layer, spot.base)


@kind("jamtrio", zoom=1.15)
def jam_trio(stage: Stage, spot: Spot, look: Look) -> None:
    """Three jars together."""
    for x, base, tone in ((-0.22, -0.04, (90, 39, 67)), (0.22, -0.05, (208, 120, 42)), (0.0, 0.03, (232, 198, 63))):
        layer = stage.layer()
        at = Spot(spot.x + x * spot.unit, spot.base + base * spot.unit, spot.unit * 0.95)
        _jar(layer, at, Look(tone, {}, look.random), stage, darker(tone, 0.25))
        stage.put(layer, at.base)


@kind("oilbottle", zoom=1.05)
def oil_bottle(stage: Stage, spot: Spot, look: Look) -> None:
    """A glass bottle with a cork."""
    layer, unit = stage.layer(), spot.unit
    skin = plain(look.colour)
    draw = ImageDraw.Draw(skin)
    draw.rectangle((0, 0, 320, 70), fill=mix(look.colour, (240, 246, 240), 0.6))
    skin.paste(
        label((190, 120), stage.palette.paper, darker(look.colour, 0.5), look.random, title="LARDERWREN"), (65, 176)
    )
    body = Body(spot.x, spot.base - unit * 0.58, unit * 0.57, unit * 0.13, 0.18)
    form = Profile(
        [(0, 0.34), (0.05, 0.36), (0.06, 0.3), (0.26, 0.3), (0.36, 0.62), (0.44, 0.96), (0.5, 1), (0.96, 1), (1, 0.92)]
    )
    turn(layer, body, form, skin, GLASS)
    cork = Body(spot.x, body.top - unit * 0.045, unit * 0.05, unit * 0.038, 0.2)
    turn(layer, cork, Profile([(0, 1), (1, 0.9)]), plain((190, 146, 102)), MATT)
    disc(layer, cork, panel((60, 30), (208, 168, 124), edge=False))
    stage.put(layer, spot.base)


@kind("carton", zoom=1.12)
def carton(stage: Stage, spot: Spot, look: Look) -> None:
    """A printed carton; bars of chocolate are flat and lean on nothing."""
    layer, unit = stage.layer(), spot.unit
    form = look.choose("form", "box")
    wide, high, deep = {
        "box": (0.36, 0.4, 0.2),
        "flat": (0.3, 0.5, 0.05),
        "pack": (0.24, 0.46, 0.18),
        "gift": (0.5, 0.2, 0.36),
    }[form]
    shape = Block(spot.x, spot.base, wide * unit, high * unit, deep * unit)
    size = (round(wide * 640), round(high * 640))
    front = wrapper(size, look.colour, stage.palette, look.random, "LARDERWREN" if form != "flat" else "CACAO")
    side = panel((round(deep * 640), size[1]), look.colour, edge=False)
    draw_emblem(
        ImageDraw.Draw(side),
        look.random.choice(EMBLEMS),
        (side.size[0] / 2, size[1] * 0.5),
        side.size[0] * 0.28,
        lighter(look.colour, 0.45),
    )
    block(layer, shape, look.colour, front, side)
    if form == "gift":
        band = panel((40, 40), (214, 176, 92), edge=False)
        lid = shape.lid()
        middle = [
            _between(lid[0], lid[1], 0.44),
            _between(lid[0], lid[1], 0.56),
            _between(lid[3], lid[2], 0.56),
            _between(lid[3], lid[2], 0.44),
        ]
        face(layer, band, middle)
    if form == "box":
        for place in range(2):
            x = spot.x - (0.3 - place * 0.09) * unit
            bag = Outline((x - 40, spot.base - 60, x + 40, spot.base + 50))
            bag.rectangle(x - 30, spot.base - 22 + place * 20, x + 30, spot.base + 34 + place * 16, 8)
            inflate(layer, bag, (236, 228, 208), depth=12)
    stage.put(layer, spot.base, foot=shape.foot())


def _between(first: Point, second: Point, share: float) -> Point:
    return first[0] + (second[0] - first[0]) * share, first[1] + (second[1] - first[1]) * share


@kind("sweets", zoom=1.15)
def sweets(stage: Stage, spot: Spot, look: Look) -> None:
    """A heap of wrapped sweets."""
    layer, unit = stage.layer(), spot.unit
    rows = ((5, 0.0), (4, 0.075), (3, 0.15), (1, 0.215))
    for count, up in rows:
        for place in range(count):
            x = spot.x + (place - (count - 1) / 2) * unit * 0.14 + look.random.uniform(-8, 8)
            y = spot.base - up * unit - unit * 0.03
            tone = look.random.choice((look.colour, (240, 232, 214), *stage.palette.accents[1:4]))
            for side in (-1, 1):
                ear = Outline((x - 70, y - 40, x + 70, y + 40)).polygon(
                    [(x + side * 24, y), (x + side * 52, y - 20), (x + side * 46, y), (x + side * 52, y + 20)]
                )
                inflate(layer, ear, lighter(tone, 0.25), depth=8)
            core = Outline((x - 40, y - 30, x + 40, y + 30)).rectangle(x - 34, y - 22, x + 34, y + 22, 10)
            inflate(layer, core, tone, depth=20, gloss=0.6)
    stage.put(layer, spot.base)


@kind("kettle", zoom=1.1)
def kettle(stage: Stage, spot: Spot, look: Look) -> None:
    """An enamel kettle with a bow handle."""
    layer, unit = stage.layer(), spot.unit
    top = spot.base - unit * 0.36
    bow = curve(
        [
            (spot.x - unit * 0.17, top + unit * 0.08),
            (spot.x - unit * 0.24, top - unit * 0.3),
            (spot.x + unit * 0.24, top - unit * 0.3),
            (spot.x + unit * 0.17, top + unit * 0.08),
        ]
    )
    tube(layer, bow, [unit * 0.02], stage.palette.metal, gloss=0.8)
    tube(layer, bow[9:16], [unit * 0.05], stage.palette.wood, gloss=0.3)
    spout = curve(
        [
            (spot.x - unit * 0.2, top + unit * 0.2),
            (spot.x - unit * 0.36, top + unit * 0.16),
            (spot.x - unit * 0.38, top - unit * 0.02),
        ]
    )
    tube(layer, spout, [unit * 0.11, unit * 0.07, unit * 0.05], look.colour, gloss=0.8)
    body = Body(spot.x, top, unit * 0.34, unit * 0.27, 0.2)
    turn(
        layer,
        body,
        Profile([(0, 0.4), (0.1, 0.6), (0.4, 0.9), (0.8, 1), (0.95, 0.97), (1, 0.9)]),
        plain(look.colour),
        GLASS,
    )
    lid = Body(spot.x, top - unit * 0.03, unit * 0.045, unit * 0.12, 0.2)
    turn(layer, lid, Profile([(0, 0.2), (0.5, 0.8), (1, 1)]), plain(darker(look.colour, 0.1)), GLASS)
    knob = Body(spot.x, lid.top - unit * 0.035, unit * 0.04, unit * 0.028, 0.2)
    turn(layer, knob, Profile([(0, 0.6), (0.5, 1), (1, 0.6)]), plain(stage.palette.wood), SATIN)
    stage.put(layer, spot.base)


@kind("cafetiere", zoom=1.1)
def cafetiere(stage: Stage, spot: Spot, _look: Look) -> None:
    """A glass press in a beech frame."""
    layer, unit = stage.layer(), spot.unit
    wood, steel = stage.palette.wood, stage.palette.metal
    handle(
        layer,
        (spot.x + unit * 0.15, spot.base - unit * 0.4),
        (spot.x + unit * 0.15, spot.base - unit * 0.1),
        unit * 0.14,
        unit * 0.04,
        wood,
    )
    skin = plain((216, 226, 222))
    draw = ImageDraw.Draw(skin)
    draw.rectangle((0, 118, 320, 320), fill=(60, 36, 22))
    draw.rectangle((0, 106, 320, 120), fill=(176, 138, 96))
    body = Body(spot.x, spot.base - unit * 0.44, unit * 0.42, unit * 0.16, 0.18)
    turn(layer, body, Profile([(0, 1), (1, 1)]), skin, GLASS)
    mouth(layer, body, 1, Rim((232, 240, 238), (180, 192, 188), 0.05))
    for high in (0.08, 0.8):
        ring = Body(spot.x, body.top + body.height * high, unit * 0.055, unit * 0.168, 0.18)
        turn(layer, ring, Profile([(0, 1), (1, 1)]), plain(wood if high > 0.5 else steel), SATIN)
    lid = Body(spot.x, body.top - unit * 0.035, unit * 0.045, unit * 0.165, 0.18)
    turn(layer, lid, Profile([(0, 0.7), (0.5, 0.95), (1, 1)]), plain(steel), Finish(0.8, 30, metal=0.8))
    disc(layer, lid, panel((100, 50), lighter(steel, 0.25), edge=False), 0.7)
    tube(layer, [(spot.x, lid.top), (spot.x, lid.top - unit * 0.13)], [unit * 0.012], steel, gloss=0.9)
    knob = Body(spot.x, lid.top - unit * 0.17, unit * 0.05, unit * 0.034, 0.2)
    turn(layer, knob, Profile([(0, 0.5), (0.5, 1), (1, 0.5)]), plain(wood), SATIN)
    stage.put(layer, spot.base)


@kind("grinder", zoom=1.1)
def grinder(stage: Stage, spot: Spot, look: Look) -> None:
    """A slim hand grinder with a crank."""
    layer, unit = stage.layer(), spot.unit
    steel, wood = stage.palette.metal, stage.palette.wood
    body = Body(spot.x, spot.base - unit * 0.44, unit * 0.43, unit * 0.1, 0.2)
    skin = plain(steel)
    draw = ImageDraw.Draw(skin)
    draw.rectangle((0, 150, 320, 158), fill=darker(steel, 0.4))
    draw.rectangle((0, 20, 320, 60), fill=wood)
    turn(layer, body, Profile([(0, 0.94), (0.04, 1), (0.5, 0.98), (1, 1)]), skin, Finish(0.7, 30, metal=1))
    disc(layer, body, panel((100, 50), lighter(steel, 0.2), edge=False), 0.92)
    tube(layer, [(spot.x, body.top), (spot.x, body.top - unit * 0.07)], [unit * 0.03], steel, gloss=0.9)
    arm = [(spot.x, body.top - unit * 0.07), (spot.x + unit * 0.22, body.top - unit * 0.1)]
    tube(layer, arm, [unit * 0.026], steel, gloss=0.9)
    knob = Body(arm[1][0], arm[1][1] - unit * 0.08, unit * 0.08, unit * 0.036, 0.25)
    turn(layer, knob, Profile([(0, 0.5), (0.2, 0.9), (0.6, 1), (1, 0.6)]), plain(wood), SATIN)
    scatter(layer, spot, look, BEAN, 16, 0.024)
    stage.put(layer, spot.base)


@kind("strainer", flat=True)
def strainer(stage: Stage, spot: Spot, look: Look) -> None:
    """A long-handled tea strainer, seen from above."""
    layer, unit = stage.layer(), spot.unit
    steel = stage.palette.metal
    x, y = spot.x - unit * 0.12, spot.base + unit * 0.08
    tube(
        layer,
        [(x + unit * 0.12, y - unit * 0.1), (spot.x + unit * 0.38, spot.base - unit * 0.32)],
        [unit * 0.022, unit * 0.04],
        steel,
        gloss=0.9,
    )
    shape = Outline((x - unit * 0.2, y - unit * 0.2, x + unit * 0.2, y + unit * 0.2)).ellipse(x, y, unit * 0.18)
    inflate(layer, shape, metal(shape.size, steel), depth=unit * 0.03, gloss=0.9)
    bowl = Outline((x - unit * 0.2, y - unit * 0.2, x + unit * 0.2, y + unit * 0.2)).ellipse(x, y, unit * 0.155)
    mesh = Image.new("RGB", bowl.size, darker(steel, 0.4))
    draw = ImageDraw.Draw(mesh)
    for place in range(-bowl.size[1], bowl.size[0] * 2, 7):
        draw.line((place, 0, place + bowl.size[1], bowl.size[1]), fill=lighter(steel, 0.1))
        draw.line((place, 0, place - bowl.size[1], bowl.size[1]), fill=lighter(steel, 0.1))
    inflate(layer, bowl, mesh, depth=unit * 0.1, strength=-0.7, gloss=0)
    scatter(layer, Spot(x - unit * 0.2, y, unit), look, LEAF, 20, 0.02)
    stage.put(layer, 0, strength=0.6)
