"""Cloth: towels, throws, cushions, aprons; seen from above."""

from PIL import Image, ImageChops, ImageDraw, ImageOps

from eseller.demo.pictures.boxes import Frame
from eseller.demo.pictures.colour import Colour, brightness, darker, lighter, mix
from eseller.demo.pictures.kinds import Look, Spot, kind
from eseller.demo.pictures.relief import Outline, curve, inflate, tube
from eseller.demo.pictures.stage import Stage, noise, paste, ramp


def weave(size: tuple[int, int], colour: Colour, pattern: str) -> Image.Image:
    """A woven texture: plain, stripe, check or waffle."""
    width, height = size
    light = mix(colour, (250, 245, 234), 0.82) if brightness(colour) < 0.8 else darker(colour, 0.16)
    image = Image.new("RGB", size, light if pattern in {"stripe", "check"} else colour)
    draw = ImageDraw.Draw(image, "RGBA")
    if pattern == "stripe":
        for x in range(20, width, 74):
            draw.rectangle((x, 0, x + 30, height), fill=colour)
            draw.rectangle((x + 40, 0, x + 44, height), fill=colour)
    elif pattern == "check":
        for x in range(0, width, 84):
            draw.rectangle((x, 0, x + 42, height), fill=(*colour, 150))
        for y in range(0, height, 84):
            draw.rectangle((0, y, width, y + 42), fill=(*colour, 150))
        for place in range(62, max(size), 84):
            draw.line((place, 0, place, height), fill=(*darker(colour, 0.5), 130), width=3)
            draw.line((0, place, width, place), fill=(*darker(colour, 0.5), 130), width=3)
    elif pattern == "waffle":
        for x in range(0, width, 17):
            draw.line((x, 0, x, height), fill=(*darker(colour, 0.3), 130), width=3)
            draw.line((x + 3, 0, x + 3, height), fill=(255, 255, 255, 70), width=2)
        for y in range(0, height, 17):
            draw.line((0, y, width, y), fill=(*darker(colour, 0.3), 130), width=3)
    threads = ImageChops.add(noise(400, 4, 0, 21).resize(size), noise(4, 400, 0, 22).resize(size), 2).point(
        [max(0, min(255, 214 + (v - 128) // 3)) for v in range(256)]
    )
    return ImageChops.multiply(image, ImageOps.colorize(threads, (120, 110, 100), (255, 255, 255)))


def cloth(
    stage: Stage, look: Look, box: tuple[float, float, float, float], pattern: str, *, puff: float = 9
) -> Image.Image:
    """One rectangle of cloth on a layer of its own."""
    layer = stage.layer()
    shape = Outline(box)
    random = look.random
    left, top, right, bottom = box
    wobble = [
        (left, top),
        ((left + right) / 2, top + random.uniform(-3, 3)),
        (right, top + random.uniform(-2, 2)),
        (right + random.uniform(-3, 2), (top + bottom) / 2),
        (right, bottom),
        ((left + right) / 2, bottom + random.uniform(-3, 3)),
        (left + random.uniform(-2, 2), bottom),
        (left + random.uniform(-3, 3), (top + bottom) / 2),
    ]
    shape.polygon(wobble)
    inflate(layer, shape, weave(shape.size, look.colour, pattern), depth=puff, strength=0.8, gloss=0.05)
    return layer


def _fold(layer: Image.Image, x: float, top: float, bottom: float, unit: float) -> None:
    """The soft light and shade of a crease."""
    reach = round(unit * 0.025)
    tones = ((255, 255, 255), (30, 20, 15))
    for side, tone in zip((-1, 1), tones, strict=True):
        slope = ramp((reach, round(bottom - top)), [0, 46] if side < 0 else [64, 0], upright=False)
        place = (round(x) - reach if side < 0 else round(x), round(top))
        paste(layer, Image.new("RGB", slope.size, tone), place, slope)


@kind("towel", "runner", "napkins", flat=True, colour=1, zoom=1.15)
def towel(stage: Stage, spot: Spot, look: Look) -> None:
    """Folded cloths, one upon another, turned a little."""
    unit = spot.unit
    count = 3 if look.random.random() < 0.5 else 2
    for step in range(count):
        pattern = look.choose("pattern", "plain")
        tone = look.colour if step % 2 == count % 2 - 1 or count == 2 else lighter(look.colour, 0.3)
        own = Look(tone, look.params, look.random)
        wide, high = (0.22, 0.3) if step else (0.24, 0.31)
        x, y = spot.x + (step - 1) * unit * 0.03, spot.base + (1 - step) * unit * 0.025
        box = (x - wide * unit, y - high * unit, x + wide * unit, y + high * unit)
        layer = cloth(stage, own, box, pattern)
        _fold(layer, x + wide * unit * 0.36, box[1], box[3], unit)
        if step == count - 1:
            loop = curve(
                [
                    (x - wide * unit * 0.85, box[1] + 6),
                    (x - wide * unit, box[1] - unit * 0.07),
                    (x - wide * unit * 0.7, box[1] + 6),
                ]
            )
            tube(layer, loop, [unit * 0.014], mix(look.colour, (90, 70, 50), 0.4), gloss=0.1)
        turned = layer.rotate((-7, 5, -3)[step], Image.Resampling.BICUBIC, center=(spot.x, spot.base))
        stage.put(turned, 0, strength=0.45)


@kind("throw", flat=True, colour=2)
def throw(stage: Stage, spot: Spot, look: Look) -> None:
    """A folded throw with fringes."""
    unit, pattern = spot.unit, look.choose("pattern", "check")
    for step, (dx, dy) in enumerate(((0.03, 0.035), (0.015, 0.015), (0, 0))):
        box = (
            spot.x + (dx - 0.31) * unit,
            spot.base + (dy - 0.27) * unit,
            spot.x + (dx + 0.29) * unit,
            spot.base + (dy + 0.22) * unit,
        )
        layer = cloth(stage, look, box, pattern, puff=16)
        if step == 2:
            for place in range(42):
                x = box[0] + (place + 0.5) * (box[2] - box[0]) / 42
                end = (x + look.random.uniform(-5, 5), box[3] + unit * look.random.uniform(0.045, 0.065))
                tube(layer, [(x, box[3] - 3), end], [unit * 0.009, unit * 0.005], darker(look.colour, 0.05), gloss=0)
            _fold(layer, spot.x - unit * 0.08, box[1], box[3], unit)
        stage.put(layer.rotate(-6, Image.Resampling.BICUBIC, center=(spot.x, spot.base)), 0, strength=0.45)


@kind("cushion", flat=True, colour=3)
def cushion(stage: Stage, spot: Spot, look: Look) -> None:
    """A plump square cushion."""
    unit = spot.unit
    frame = Frame(spot.x, spot.base, unit * 0.33, look.random.uniform(-12, 12))
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    edge = []
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        edge += curve([(x0, y0), ((x0 + x1) / 2 * 0.82, (y0 + y1) / 2 * 0.82), (x1, y1)], 14)
    shape = Outline(frame.bounds([(x * 1.02, y * 1.02) for x, y in corners])).polygon(frame.all(edge))
    layer = stage.layer()
    skin = weave(shape.size, look.colour, look.choose("pattern", "plain"))
    angle = look.random.uniform(-14, 14)
    skin = skin.rotate(angle, Image.Resampling.BICUBIC, fillcolor=look.colour)
    inflate(layer, shape, skin, depth=unit * 0.13, strength=0.9, gloss=0.12)
    tube(layer, frame.all(edge), [unit * 0.012], darker(look.colour, 0.2), gloss=0.1)
    stage.put(layer, 0, strength=0.6)


@kind("pad", flat=True)
def pad(stage: Stage, spot: Spot, look: Look) -> None:
    """A round seat pad of felt."""
    layer, unit = stage.layer(), spot.unit
    reach = unit * 0.33
    box = (spot.x - reach, spot.base - reach, spot.x + reach, spot.base + reach)
    shape = Outline(box).ellipse(spot.x, spot.base, reach)
    skin = Image.composite(
        Image.new("RGB", shape.size, darker(look.colour, 0.25)),
        Image.new("RGB", shape.size, look.colour),
        noise(400, 400, 1, 31).resize(shape.size).point([max(0, v - 110) for v in range(256)]),
    )
    inflate(layer, shape, skin, depth=unit * 0.07, strength=0.9, gloss=0.05)
    ring = curve(
        [
            (spot.x, box[1] + 8),
            (spot.x - unit * 0.05, box[1] - unit * 0.08),
            (spot.x + unit * 0.05, box[1] - unit * 0.08),
            (spot.x + unit * 0.02, box[1] + 8),
        ]
    )
    tube(layer, ring, [unit * 0.018], (128, 84, 54), gloss=0.2)
    stage.put(layer, 0, strength=0.55)


@kind("potholder", flat=True)
def pot_holder(stage: Stage, spot: Spot, look: Look) -> None:
    """Two squares of felt with leather loops."""
    for step, angle in enumerate((-16, 9)):
        unit = spot.unit
        x, y = spot.x + (step - 0.5) * unit * 0.2, spot.base + (step - 0.5) * unit * 0.12
        tone = look.colour if step else darker(look.colour, 0.2)
        own = Look(tone, look.params, look.random)
        box = (x - unit * 0.21, y - unit * 0.21, x + unit * 0.21, y + unit * 0.21)
        layer = cloth(stage, own, box, "plain", puff=18)
        loop = curve(
            [
                (box[0] + 20, box[1] + 20),
                (box[0] - unit * 0.06, box[1] - unit * 0.06),
                (box[0] + unit * 0.05, box[1] - unit * 0.05),
                (box[0] + 34, box[1] + 20),
            ]
        )
        tube(layer, loop, [unit * 0.02], (128, 84, 54), gloss=0.2)
        stage.put(layer.rotate(angle, Image.Resampling.BICUBIC, center=(x, y)), 0, strength=0.55)


@kind("apron", flat=True, zoom=1.05)
def apron(stage: Stage, spot: Spot, look: Look) -> None:
    """An apron laid flat, straps crossed."""
    layer, unit = stage.layer(), spot.unit
    frame = Frame(spot.x, spot.base, unit, -4)
    for side in (-1, 1):
        strap = curve(frame.all([(side * 0.11, -0.24), (side * 0.3, -0.46), (-side * 0.3, -0.4), (side * 0.26, -0.02)]))
        tube(layer, strap, [unit * 0.026], darker(look.colour, 0.18), gloss=0.05)
    body = [
        (-0.13, -0.26),
        (0.13, -0.26),
        *curve([(0.14, -0.16), (0.16, -0.06), (0.27, -0.02)], 8),
        (0.28, 0.36),
        (-0.28, 0.36),
        *curve([(-0.27, -0.02), (-0.16, -0.06), (-0.14, -0.16)], 8),
    ]
    shape = Outline(frame.bounds(body)).polygon(frame.all(body))
    inflate(layer, shape, weave(shape.size, look.colour, "plain"), depth=10, strength=0.8, gloss=0.05)
    pocket = [(-0.16, 0.06), (0.16, 0.06), (0.15, 0.22), (-0.15, 0.22)]
    shape = Outline(frame.bounds(pocket)).polygon(frame.all(pocket))
    inflate(layer, shape, weave(shape.size, lighter(look.colour, 0.06), "plain"), depth=7, strength=1.2, gloss=0.05)
    tube(layer, frame.all([(0, 0.065), (0, 0.215)]), [unit * 0.005], darker(look.colour, 0.35), gloss=0)
    stage.put(layer, 0, strength=0.5)
