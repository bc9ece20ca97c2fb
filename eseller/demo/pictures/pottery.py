"""Vessels of clay: mugs, bowls, vases, jugs, teapots, jars, pots."""

from PIL import Image

from eseller.demo.pictures.colour import Colour, darker, lighter, mix
from eseller.demo.pictures.glaze import glaze
from eseller.demo.pictures.kinds import Look, Spot, kind
from eseller.demo.pictures.lathe import Body, Finish, Profile, Rim, disc, mouth, turn
from eseller.demo.pictures.relief import curve, tube
from eseller.demo.pictures.stage import Point, Stage

SATIN = Finish(gloss=0.42, sharp=22)
MATT = Finish(gloss=0.12, sharp=8)

# Height and greatest radius in units, then the profile from lip to foot.
MUGS: dict[str, tuple[float, float, list[Point]]] = {
    "straight": (0.42, 0.2, [(0, 0.98), (0.5, 1), (0.94, 0.97), (1, 0.9)]),
    "round": (0.4, 0.22, [(0, 0.88), (0.25, 0.94), (0.62, 1), (0.88, 0.86), (1, 0.68)]),
    "espresso": (0.27, 0.16, [(0, 1), (0.5, 0.93), (0.9, 0.78), (1, 0.7)]),
    "wide": (0.32, 0.29, [(0, 1), (0.4, 0.98), (0.75, 0.84), (0.92, 0.6), (1, 0.55)]),
    "bowl": (0.28, 0.22, [(0, 1), (0.35, 0.97), (0.7, 0.8), (0.88, 0.5), (0.92, 0.46), (1, 0.48)]),
    "short": (0.32, 0.2, [(0, 0.95), (0.5, 1), (0.9, 0.98), (1, 0.92)]),
    "tall": (0.54, 0.165, [(0, 1), (0.3, 0.95), (0.36, 0.92), (0.42, 0.94), (0.9, 0.86), (1, 0.8)]),
}
BOWLS: dict[str, tuple[float, float, list[Point]]] = {
    "deep": (0.26, 0.31, [(0, 1), (0.4, 0.96), (0.75, 0.76), (0.92, 0.46), (0.94, 0.42), (1, 0.43)]),
    "wide": (0.22, 0.4, [(0, 1), (0.35, 0.9), (0.75, 0.62), (0.93, 0.36), (1, 0.34)]),
    "mixing": (0.33, 0.36, [(0, 1), (0.06, 1), (0.09, 0.96), (0.5, 0.88), (0.85, 0.62), (1, 0.5)]),
    "ramen": (0.29, 0.34, [(0, 1), (0.3, 0.88), (0.62, 0.66), (0.82, 0.42), (0.85, 0.38), (1, 0.4)]),
    "footed": (
        0.36,
        0.38,
        [(0, 1), (0.18, 0.9), (0.38, 0.56), (0.5, 0.22), (0.7, 0.18), (0.92, 0.34), (1, 0.38)],
    ),
    "dog": (0.17, 0.36, [(0, 0.82), (0.08, 0.84), (0.8, 0.99), (1, 1)]),
    "small": (0.15, 0.16, [(0, 1), (0.45, 0.92), (0.85, 0.6), (1, 0.5)]),
}
VASES: dict[str, tuple[float, float, list[Point]]] = {
    "bottle": (
        0.58,
        0.19,
        [(0, 0.22), (0.03, 0.19), (0.3, 0.2), (0.42, 0.42), (0.62, 0.94), (0.78, 1), (0.94, 0.84), (1, 0.7)],
    ),
    "moon": (
        0.5,
        0.29,
        [(0, 0.34), (0.05, 0.33), (0.1, 0.45), (0.32, 0.9), (0.52, 1), (0.74, 0.9), (0.93, 0.52), (1, 0.42)],
    ),
    "cylinder": (0.54, 0.17, [(0, 1), (0.5, 0.98), (0.96, 1), (1, 0.94)]),
    "amphora": (
        0.6,
        0.22,
        [
            (0, 0.5),
            (0.04, 0.46),
            (0.16, 0.38),
            (0.26, 0.52),
            (0.42, 0.96),
            (0.56, 1),
            (0.82, 0.66),
            (0.95, 0.42),
            (1, 0.46),
        ],
    ),
    "gourd": (
        0.56,
        0.22,
        [
            (0, 0.26),
            (0.05, 0.3),
            (0.2, 0.58),
            (0.34, 0.54),
            (0.43, 0.48),
            (0.56, 0.78),
            (0.72, 1),
            (0.9, 0.84),
            (1, 0.6),
        ],
    ),
    "flute": (
        0.54,
        0.21,
        [(0, 1), (0.06, 0.9), (0.3, 0.5), (0.52, 0.38), (0.78, 0.56), (0.93, 0.66), (1, 0.62)],
    ),
    "floor": (
        0.68,
        0.22,
        [(0, 0.56), (0.03, 0.52), (0.1, 0.58), (0.3, 0.94), (0.45, 1), (0.75, 0.82), (1, 0.56)],
    ),
    "bud": (0.24, 0.1, [(0, 0.34), (0.06, 0.3), (0.3, 0.4), (0.6, 1), (0.85, 0.9), (1, 0.66)]),
    "egg": (0.2, 0.1, [(0, 0.4), (0.2, 0.7), (0.6, 1), (0.85, 0.88), (1, 0.6)]),
    "cone": (0.28, 0.1, [(0, 0.3), (0.4, 0.46), (0.9, 1), (1, 0.94)]),
}


def vessel(
    layer: Image.Image,
    spot: Spot,
    form: tuple[float, float, list[Point]],
    look: Look,
    *,
    style: str,
    tilt: float,
    clay: Colour,
    lip: float = 0.06,
    finish: Finish = SATIN,
    fill: Colour | None = None,
) -> Body:
    """Draw one glazed vessel with its opening, and tell where it stands."""
    high, wide, points = form
    height, radius = high * spot.unit, wide * spot.unit
    profile = Profile(points)
    body = Body(spot.x, spot.base - height - profile(1) * radius * tilt * 0.5, height, radius, tilt)
    surface = MATT if style == "bare" else finish
    turn(layer, body, profile, glaze(style, look.colour, clay, look.random), surface)
    inside = mix(look.colour, (244, 236, 222), 0.72) if style in {"dip", "speckle"} else look.colour
    edge = mix(look.colour, clay, 0.5) if style in {"rim", "speckle"} else look.colour
    mouth(layer, body, profile(0), Rim(edge, inside, lip / profile(0), fill))
    return body


def handle(layer: Image.Image, start: Point, end: Point, reach: float, width: float, colour: Colour) -> None:
    """Draw a handle between two points that stands out to the right (or left, with a negative reach)."""
    points = curve([start, (start[0] + reach * 1.25, start[1]), (start[0] + reach * 1.35, end[1]), end])
    tube(layer, points, [width * 1.15, width, width, width * 1.2], colour, gloss=0.5)


def edge_of(form: tuple[float, float, list[Point]], body: Body, height: float) -> Point:
    """Where the right side of a body is at a height."""
    return body.x + Profile(form[2])(height) * body.radius, body.top + body.height * height


@kind("mug", colour=1, zoom=1.3)
def mug(stage: Stage, spot: Spot, look: Look) -> None:
    """A mug or cup; shape, glaze, handle."""
    form = MUGS[look.choose("shape", "round")]
    if look.choose("shape", "") == "espresso" and "second" not in look.params:
        spot = spot._replace(x=spot.x - spot.unit * 0.14)
    layer = stage.layer()
    style = look.choose("glaze", "solid")
    if look.choose("handle", "loop") == "loop" and look.choose("shape", "") != "espresso":
        spot = spot._replace(x=spot.x - form[1] * spot.unit * 0.22)
        probe = Body(spot.x, spot.base - form[0] * spot.unit - 4, form[0] * spot.unit, form[1] * spot.unit)
        start, end = edge_of(form, probe, 0.2), edge_of(form, probe, 0.72)
        shade = mix(look.colour, (247, 240, 226), 0.5) if style == "stripe" else look.colour
        handle(
            layer,
            (start[0] - spot.unit * 0.02, start[1] + spot.unit * 0.02),
            (end[0] - spot.unit * 0.02, end[1]),
            spot.unit * 0.13,
            spot.unit * 0.042,
            shade,
        )
    drink = (74, 44, 26) if look.random.random() < 0.45 and look.choose("shape", "") != "bowl" else None
    vessel(layer, spot, form, look, style=style, tilt=0.24, clay=stage.palette.clay, fill=drink)
    stage.put(layer, spot.base)
    if look.choose("shape", "") == "espresso" and "second" not in look.params:
        beside = Look(mix(look.colour, stage.palette.clay, 0.25), {**look.params, "second": "1"}, look.random)
        mug(stage, Spot(spot.x + spot.unit * 0.28, spot.base + spot.unit * 0.05, spot.unit), beside)


@kind("cupsaucer", zoom=1.15)
def cup_and_saucer(stage: Stage, spot: Spot, look: Look) -> None:
    """A cup on its saucer."""
    layer = stage.layer()
    rim = Body(spot.x, spot.base - spot.unit * 0.1, spot.unit * 0.05, spot.unit * 0.33, 0.3)
    _dish(layer, rim, look, stage.palette.clay, "solid")
    stage.put(layer, spot.base - spot.unit * 0.02)
    params = {**look.params, "shape": "wide", "handle": "loop"}
    cup = Spot(spot.x + spot.unit * 0.05, spot.base - spot.unit * 0.085, spot.unit * 0.78)
    mug(stage, cup, Look(look.colour, params, look.random))


@kind("tumbler", zoom=1.1)
def tumbler(stage: Stage, spot: Spot, look: Look) -> None:
    """A travel cup with a cork lid and a sleeve."""
    layer = stage.layer()
    form = (0.54, 0.18, [(0.0, 1.0), (0.5, 0.88), (1.0, 0.74)])
    body = vessel(layer, spot, form, look, style="solid", tilt=0.2, clay=stage.palette.clay)
    band = body._replace(top=body.top + body.height * 0.36, height=body.height * 0.3)
    cork = (188, 142, 98)
    turn(layer, band, Profile([(0, 0.93), (1, 0.84)]), glaze("speckle", cork, cork, look.random), MATT)
    lid = Body(spot.x, body.top - spot.unit * 0.055, spot.unit * 0.055, body.radius * 1.03, 0.2)
    turn(layer, lid, Profile([(0, 0.94), (0.4, 1), (1, 1)]), glaze("speckle", cork, cork, look.random), MATT)
    disc(layer, lid, glaze("speckle", lighter(cork, 0.12), cork, look.random), 0.94)
    stage.put(layer, spot.base)


@kind("bowl", colour=2, zoom=1.15)
def bowl(stage: Stage, spot: Spot, look: Look) -> None:
    """A bowl; shape and glaze."""
    layer = stage.layer()
    shape = look.choose("shape", "deep")
    vessel(
        layer,
        spot,
        BOWLS[shape],
        look,
        style=look.choose("glaze", "solid"),
        tilt=0.34 if shape in {"wide", "dog", "footed"} else 0.3,
        clay=stage.palette.clay,
        lip=0.035,
    )
    stage.put(layer, spot.base)


@kind("bowlset", zoom=1.1)
def bowls(stage: Stage, spot: Spot, look: Look) -> None:
    """Three small bowls."""
    places = ((-0.24, -0.06), (0.18, -0.1), (0.02, 0.06))
    for (x, y), tone in zip(places, look.random.sample(stage.palette.accents, 3), strict=True):
        params = {"shape": "small", "glaze": "solid"}
        at = Spot(spot.x + x * spot.unit, spot.base + y * spot.unit, spot.unit * 1.25)
        bowl(stage, at, Look(tone, params, look.random))


def _dish(layer: Image.Image, rim: Body, look: Look, clay: Colour, style: str, depth: float = 0.5) -> None:
    """A plate: a low body, its face, and the well within."""
    profile = Profile([(0, 1), (0.4, 0.93), (1, 0.62)])
    turn(
        layer,
        rim,
        profile,
        glaze("solid" if style == "rim" else style, look.colour, clay, look.random),
        SATIN,
    )
    edge = mix(look.colour, clay, 0.65) if style in {"rim", "speckle"} else lighter(look.colour, 0.15)
    slope = Rim(edge, lighter(look.colour, 0.05), 0.035)
    mouth(layer, rim, 1, slope)
    face = glaze("speckle" if style == "speckle" else "solid", look.colour, clay, look.random)
    well = rim._replace(top=rim.top + rim.height * depth * 0.45)
    lit = Image.linear_gradient("L").rotate(60, expand=False).resize(face.size)
    face.paste(lighter(look.colour, 0.3), (0, 0), lit.point([v // 3 for v in range(256)]))
    disc(layer, rim._replace(top=rim.top + rim.height * depth * 0.2), face, 0.93)
    ring = glaze("solid", darker(look.colour, 0.12), clay, look.random)
    disc(layer, well, ring, 0.69)
    disc(layer, well._replace(top=well.top + rim.height * 0.05), face, 0.675)


@kind("plate", colour=3, zoom=1.1)
def plate(stage: Stage, spot: Spot, look: Look) -> None:
    """A stack of plates: the upper one shows its face."""
    count = 1 if look.choose("depth", "") == "deep" else look.random.choice((2, 3, 3))
    size = 0.34 if look.choose("size", "") == "small" else 0.41
    for step in range(count):
        layer = stage.layer()
        lift = step * spot.unit * 0.034
        rim = Body(
            spot.x + look.random.uniform(-0.006, 0.006) * spot.unit,
            spot.base - spot.unit * (0.2 if count == 1 else 0.17) - lift,
            spot.unit * (0.085 if count == 1 else 0.052),
            spot.unit * size,
            0.4,
        )
        _dish(layer, rim, look, stage.palette.clay, look.choose("glaze", "solid"), 1.4 if count == 1 else 0.6)
        stage.put(layer, rim.top + rim.height + rim.radius * 0.4 * 0.62, strength=0.5 if step == 0 else 0.3)


@kind("plateset", zoom=1.15)
def plates(stage: Stage, spot: Spot, look: Look) -> None:
    """Four small plates of different colours in a loose stack."""
    for step, tone in enumerate(look.random.sample(stage.palette.accents, 4)):
        layer = stage.layer()
        x = spot.x + (step - 1.5) * spot.unit * 0.05
        rim = Body(x, spot.base - spot.unit * (0.14 + step * 0.045), spot.unit * 0.05, spot.unit * 0.29, 0.4)
        _dish(layer, rim, Look(mix(tone, stage.palette.clay, 0.3), {}, look.random), stage.palette.clay, "drip")
        stage.put(layer, rim.top + rim.height + rim.radius * 0.25, strength=0.45)


@kind("vase", colour=0, zoom=1.06)
def vase(stage: Stage, spot: Spot, look: Look) -> None:
    """A vase, sometimes with a branch."""
    layer = stage.layer()
    shape = look.choose("shape", "bottle")
    form = VASES[shape]
    top = spot.base - form[0] * spot.unit
    if shape in {"bottle", "gourd", "bud", "flute", "cylinder"} and look.random.random() < 0.75:
        _branch(layer, (spot.x, top + spot.unit * 0.03), spot.unit, look)
    if look.choose("handles", "") == "two":
        for side in (-1, 1):
            start = (spot.x + side * form[1] * spot.unit * 0.38, top + form[0] * spot.unit * 0.1)
            end = (spot.x + side * form[1] * spot.unit * 0.86, top + form[0] * spot.unit * 0.4)
            handle(layer, start, end, side * spot.unit * 0.11, spot.unit * 0.034, look.colour)
    vessel(
        layer,
        spot,
        form,
        look,
        style=look.choose("glaze", "solid"),
        tilt=0.15,
        clay=stage.palette.clay,
        lip=0.05,
    )
    stage.put(layer, spot.base)


def _branch(layer: Image.Image, start: Point, unit: float, look: Look) -> None:
    """A twig with leaves or berries that leans out of a vase."""
    random = look.random
    side = random.choice((-1, 1))
    # What room there is above the vase, with the topmost leaf in the picture.
    rise = min(unit * random.uniform(0.24, 0.32), start[1] - unit * 0.09)
    stem = curve(
        [
            start,
            (start[0] + side * unit * 0.02, start[1] - rise * 0.4),
            (start[0] + side * unit * random.uniform(0.08, 0.2), start[1] - rise),
        ]
    )
    tube(layer, stem, [unit * 0.012, unit * 0.006], (94, 74, 52), gloss=0.1)
    leaf = random.choice(((104, 118, 78), (138, 122, 70), (92, 110, 92), (150, 98, 60)))
    for place in range(7, len(stem), 3):
        x, y = stem[place]
        out = side if place % 2 else -side
        tip = (x + out * unit * random.uniform(0.05, 0.08), y - unit * random.uniform(0.02, 0.06))
        middle = ((x + tip[0]) / 2, (y + tip[1]) / 2 - unit * 0.012)
        tube(
            layer,
            curve([(x, y), middle, tip], 10),
            [unit * 0.004, unit * 0.026, unit * 0.018, 1],
            leaf,
            gloss=0.1,
        )


@kind("budvases", zoom=1.08)
def bud_vases(stage: Stage, spot: Spot, look: Look) -> None:
    """Five small vases in a row."""
    shapes = look.random.sample(["bud", "egg", "cone", "bud", "egg"], 5)
    for place, (shape, tone) in enumerate(zip(shapes, stage.palette.accents, strict=True)):
        params = {"shape": shape, "glaze": look.random.choice(("solid", "speckle", "drip"))}
        x = spot.x + (place - 2) * spot.unit * 0.165
        base = spot.base + (0.03 if place % 2 else -0.03) * spot.unit
        vase(stage, Spot(x, base, spot.unit * 1.15), Look(tone, params, look.random))


@kind("jug", colour=1, zoom=1.1)
def jug(stage: Stage, spot: Spot, look: Look) -> None:
    """A jug with a pulled lip and a handle."""
    small = look.choose("shape", "tall") == "small"
    form: tuple[float, float, list[Point]] = (
        (0.34, 0.19, [(0, 0.74), (0.2, 0.7), (0.6, 1), (0.88, 0.88), (1, 0.7)])
        if small
        else (0.56, 0.2, [(0, 0.7), (0.12, 0.66), (0.3, 0.68), (0.62, 1), (0.88, 0.92), (1, 0.76)])
    )
    layer = stage.layer()
    height, wide = form[0] * spot.unit, form[1] * spot.unit
    top = spot.base - height - 6
    handle(
        layer,
        (spot.x + wide * 0.6, top + height * 0.1),
        (spot.x + wide * 0.86, top + height * 0.68),
        spot.unit * 0.15,
        spot.unit * 0.042,
        look.colour,
    )
    lip = curve(
        [
            (spot.x - wide * 0.5, top + height * 0.14),
            (spot.x - wide * 0.85, top + height * 0.06),
            (spot.x - wide * 1.0, top - height * 0.03),
        ]
    )
    tube(layer, lip, [spot.unit * 0.1, spot.unit * 0.07, spot.unit * 0.03], look.colour)
    vessel(layer, spot, form, look, style=look.choose("glaze", "solid"), tilt=0.2, clay=stage.palette.clay)
    stage.put(layer, spot.base)


@kind("teapot", colour=0, zoom=1.0)
def teapot(stage: Stage, spot: Spot, look: Look) -> None:
    """A round teapot: spout to the left, handle to the right, lid with a knob."""
    layer = stage.layer()
    unit, colour = spot.unit, look.colour
    height, wide = 0.36 * unit, 0.27 * unit
    top = spot.base - height - unit * 0.02
    spout = curve(
        [
            (spot.x - wide * 0.72, top + height * 0.66),
            (spot.x - wide * 1.35, top + height * 0.6),
            (spot.x - wide * 1.3, top + height * 0.12),
            (spot.x - wide * 1.66, top - height * 0.04),
        ]
    )
    tube(layer, spout, [unit * 0.13, unit * 0.085, unit * 0.058, unit * 0.046], colour)
    tip = (round(spout[-1][0]), round(spout[-1][1]))
    tube(layer, [tip, (tip[0] - 3, tip[1] - 1)], [unit * 0.026, unit * 0.022], darker(colour, 0.7), gloss=0)
    handle(
        layer,
        (spot.x + wide * 0.74, top + height * 0.18),
        (spot.x + wide * 0.9, top + height * 0.72),
        unit * 0.19,
        unit * 0.044,
        colour,
    )
    style = look.choose("glaze", "solid")
    form: tuple[float, float, list[Point]] = (
        0.36,
        0.27,
        [(0, 0.5), (0.08, 0.62), (0.3, 0.92), (0.52, 1), (0.78, 0.86), (0.96, 0.56), (1, 0.54)],
    )
    body = vessel(layer, spot, form, look, style=style, tilt=0.2, clay=stage.palette.clay)
    lid = Body(spot.x, body.top - unit * 0.055, unit * 0.06, wide * 0.5, 0.2)
    skin = glaze(style if style != "dip" else "solid", colour, stage.palette.clay, look.random)
    turn(layer, lid, Profile([(0, 0.16), (0.4, 0.62), (0.85, 0.96), (1, 1)]), skin, SATIN)
    knob = Body(spot.x, lid.top - unit * 0.05, unit * 0.055, unit * 0.036, 0.2)
    turn(layer, knob, Profile([(0, 0.3), (0.3, 0.95), (0.6, 0.9), (1, 0.5)]), skin, SATIN)
    stage.put(layer, spot.base)


@kind("bottle", colour=2, zoom=1.1)
def bottle(stage: Stage, spot: Spot, look: Look) -> None:
    """A clay bottle with a steel pourer."""
    layer = stage.layer()
    form: tuple[float, float, list[Point]] = (
        0.5,
        0.16,
        [(0, 0.26), (0.16, 0.26), (0.28, 0.5), (0.42, 0.92), (0.6, 1), (0.94, 0.96), (1, 0.86)],
    )
    body = vessel(layer, spot, form, look, style=look.choose("glaze", "solid"), tilt=0.16, clay=stage.palette.clay)
    steel = Body(spot.x, body.top - spot.unit * 0.03, spot.unit * 0.04, spot.unit * 0.034, 0.2)
    grey = Image.new("RGB", (64, 64), stage.palette.metal)
    turn(layer, steel, Profile([(0, 0.7), (1, 1)]), grey, Finish(gloss=0.8, metal=1))
    pour = curve(
        [
            (spot.x, steel.top),
            (spot.x, steel.top - spot.unit * 0.06),
            (spot.x - spot.unit * 0.06, steel.top - spot.unit * 0.085),
        ]
    )
    tube(layer, pour, [spot.unit * 0.022, spot.unit * 0.016], stage.palette.metal, gloss=0.9)
    stage.put(layer, spot.base)


@kind("jar", zoom=1.2)
def jar(stage: Stage, spot: Spot, look: Look) -> None:
    """A store jar with a lid of clay or wood."""
    layer = stage.layer()
    form: tuple[float, float, list[Point]] = (
        0.4,
        0.21,
        [(0, 0.9), (0.08, 0.98), (0.5, 1), (0.92, 0.96), (1, 0.88)],
    )
    body = vessel(layer, spot, form, look, style="speckle", tilt=0.2, clay=stage.palette.clay)
    wood = look.choose("lid", look.random.choice(("ler", "eg"))) == "eg"
    tone = stage.palette.wood if wood else look.colour
    lid = Body(spot.x, body.top - spot.unit * 0.05, spot.unit * 0.05, body.radius * 0.96, 0.2)
    skin = glaze("bare" if wood else "speckle", tone, stage.palette.clay, look.random)
    turn(layer, lid, Profile([(0, 0.95), (0.3, 1), (1, 1)]), skin, MATT if wood else SATIN)
    disc(layer, lid, glaze("bare" if wood else "speckle", lighter(tone, 0.15), tone, look.random), 0.95)
    knob = Body(spot.x, lid.top - spot.unit * 0.04, spot.unit * 0.045, spot.unit * 0.045, 0.25)
    turn(layer, knob, Profile([(0, 0.5), (0.4, 1), (0.8, 0.8), (1, 0.6)]), skin, SATIN)
    stage.put(layer, spot.base)


@kind("crock", zoom=1.04)
def crock(stage: Stage, spot: Spot, look: Look) -> None:
    """A wine cooler with a bottle in it."""
    layer = stage.layer()
    neck = Body(spot.x + spot.unit * 0.03, spot.base - spot.unit * 0.66, spot.unit * 0.36, spot.unit * 0.085, 0.14)
    glass = Image.new("RGB", (64, 64), (38, 52, 36))
    turn(
        layer,
        neck,
        Profile([(0, 0.36), (0.3, 0.34), (0.5, 0.42), (0.75, 0.95), (1, 1)]),
        glass,
        Finish(0.9, 40),
    )
    cap = Body(neck.x, neck.top - 2, spot.unit * 0.1, spot.unit * 0.036, 0.14)
    turn(layer, cap, Profile([(0, 0.95), (1, 1)]), Image.new("RGB", (8, 8), (122, 34, 32)), SATIN)
    wide: tuple[float, float, list[Point]] = (0.42, 0.19, [(0, 1), (0.5, 0.98), (0.95, 0.94), (1, 0.9)])
    front = stage.layer()
    body = vessel(front, spot, wide, look, style="bare", tilt=0.18, clay=stage.palette.clay, lip=0.09)
    # The bottle stands inside: it covers the back of the rim, the front of the rim covers it.
    keep = Image.new("L", stage.size, 255)
    keep.paste(0, (0, round(body.top), stage.size[0], stage.size[1]))
    inner = layer.copy()
    inner.putalpha(Image.composite(layer.getchannel("A"), Image.new("L", stage.size), keep))
    front.alpha_composite(inner)
    stage.put(front, spot.base)


@kind("pot", colour=0, zoom=1.05)
def pot(stage: Stage, spot: Spot, look: Look) -> None:
    """A plant pot on its saucer, with something green."""
    layer = stage.layer()
    tone = look.colour
    plate_body = Body(spot.x, spot.base - spot.unit * 0.06, spot.unit * 0.045, spot.unit * 0.21, 0.22)
    turn(
        layer,
        plate_body,
        Profile([(0, 1), (1, 0.86)]),
        glaze("bare", darker(tone, 0.06), tone, look.random),
        MATT,
    )
    mouth(layer, plate_body, 1, Rim(tone, darker(tone, 0.1), 0.07))
    form: tuple[float, float, list[Point]] = (
        0.34,
        0.22,
        [(0, 1), (0.16, 1), (0.19, 0.92), (0.6, 0.82), (1, 0.7)],
    )
    stand = spot._replace(base=spot.base - spot.unit * 0.035)
    leaves = stage.layer()
    body = vessel(layer, stand, form, look, style="bare", tilt=0.2, clay=tone, lip=0.07, fill=(66, 48, 36))
    greenery(leaves, (spot.x, body.top + spot.unit * 0.02), spot.unit, look)
    layer.alpha_composite(leaves)
    stage.put(layer, spot.base)


def greenery(layer: Image.Image, start: Point, unit: float, look: Look, count: int = 15) -> None:
    """A bush of leaves that grows from a point."""
    random = look.random
    for _ in range(count):
        side = random.uniform(-1, 1)
        tip = (
            start[0] + side * unit * 0.26,
            start[1] - unit * random.uniform(0.12, 0.34) * (1.15 - abs(side) * 0.5),
        )
        middle = (start[0] + side * unit * 0.08, (start[1] + tip[1]) / 2 - unit * 0.04)
        tone = random.choice(((96, 122, 74), (78, 104, 66), (122, 140, 88), (88, 116, 92)))
        stem = curve([(start[0] + side * unit * 0.1, start[1]), middle, tip], 18)
        tube(layer, stem, [unit * 0.008, unit * 0.01, unit * 0.05, unit * 0.045, 1], tone, gloss=0.15)
