"""Pictures are judged by their header, decoded once, and come out clean."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from eseller.media import errors
from eseller.media.images import MAX_BYTES, SIZES, make_renditions
from tests.media.pictures import opened, picture, png_bomb

ORIENTATION, MAKER = 0x0112, 0x010F


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_every_format_becomes_webp_in_all_sizes(kind: str) -> None:
    renditions = make_renditions(picture(1200, 800, kind=kind))
    assert (renditions.width, renditions.height) == (1200, 800)
    assert set(renditions.files) == set(SIZES)
    for width, data in renditions.files.items():
        image = opened(data)
        assert image.format == "WEBP"
        assert image.width == min(width, 1200), "never scaled up"
        assert abs(image.height - image.width * 2 / 3) < 1
        red, green, blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
        assert abs(red - 200) < 12
        assert abs(green - 30) < 12
        assert abs(blue - 30) < 12


@pytest.mark.parametrize(
    ("mode", "kind", "colour"),
    [("L", "PNG", 128), ("I;16", "PNG", 128 * 257), ("P", "GIF", 0), ("1", "PNG", 1), ("CMYK", "JPEG", (0, 0, 0, 127))],
)
def test_odd_modes(mode: str, kind: str, colour: object) -> None:
    image = opened(make_renditions(picture(mode=mode, kind=kind, colour=colour)).files[160])
    assert image.mode == "RGB"
    if colour not in (0, 1):
        assert abs(image.getpixel((0, 0))[0] - 128) < 4  # type: ignore[index]


def test_transparency_is_kept() -> None:
    image = opened(make_renditions(picture(mode="RGBA", colour=(0, 0, 0, 0))).files[160])
    assert image.mode == "RGBA"
    assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]


def test_picture_is_turned_upright_and_loses_its_metadata() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MAKER] = "Somebody's camera at home"
    renditions = make_renditions(picture(300, 200, kind="JPEG", exif=exif))
    assert (renditions.width, renditions.height) == (200, 300)
    for data in renditions.files.values():
        assert not opened(data).getexif()
        assert b"camera" not in data


@pytest.mark.parametrize("size", [(7_000, 300), (300, 7_000), (4_000, 4_000), (1, 1), (1_921, 10)])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_any_shape_turned_any_way(size: tuple[int, int], orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    upright = size if orientation < 5 else size[::-1]
    renditions = make_renditions(picture(*size, kind="JPEG", exif=exif))
    assert renditions.width == max(min(upright[0], 1920, round(3840 * upright[0] / upright[1])), 1)
    assert abs(renditions.height - renditions.width * upright[1] / upright[0]) <= max(upright[1] / upright[0], 1)


def test_a_picture_at_the_limit_takes_bounded_memory() -> None:
    program = """
import resource
from eseller.media.images import make_renditions
from tests.media.pictures import picture
data = picture(6_320, 6_320, mode="RGBA", colour=(1, 2, 3, 4))
resource.setrlimit(resource.RLIMIT_DATA, (700 << 20, 700 << 20))
print(make_renditions(data).width)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) == 1920


def test_only_the_first_frame_is_taken() -> None:
    more = [Image.new("RGB", (320, 200), "blue")]
    image = opened(make_renditions(picture(kind="GIF", save_all=True, append_images=more)).files[160])
    assert getattr(image, "n_frames", 1) == 1
    red, _, blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > blue


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"%PDF-1.7 ...................",
        b"GIF87",
        picture(kind="BMP"),
        picture(kind="TIFF"),
        picture(kind="ICO"),
    ],
)
def test_other_formats_are_refused(data: bytes) -> None:
    with pytest.raises(errors.UnsupportedImage):
        make_renditions(data)


def test_too_many_bytes() -> None:
    with pytest.raises(errors.ImageTooLarge):
        make_renditions(picture() + bytes(MAX_BYTES))


@pytest.mark.parametrize("size", [(8_000, 5_001), (20_000, 20_000), (65_000, 65_000)])
def test_too_many_pixels_are_refused_by_the_header(size: tuple[int, int]) -> None:
    with pytest.raises(errors.TooManyPixels):
        make_renditions(png_bomb(*size))


def test_a_bomb_takes_no_memory() -> None:
    program = """
import resource, sys
from eseller.media.errors import TooManyPixels
from eseller.media.images import make_renditions
from tests.media.pictures import png_bomb
bomb = png_bomb(60_000, 60_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    make_renditions(bomb)
except TooManyPixels:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 20


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_damaged_pictures(kind: str) -> None:
    data = picture(kind=kind, width=600, height=500)
    with pytest.raises((errors.BrokenImage, errors.UnsupportedImage)):
        make_renditions(data[: len(data) // 3])


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "AVIF"]), st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_any_damage_gives_a_picture_or_a_typed_refusal(kind: str, at: int, junk: bytes) -> None:
    data = bytearray(picture(40, 30, kind=kind))
    data[at : at + len(junk)] = junk
    try:
        renditions = make_renditions(bytes(data))
    except errors.MediaError:
        return
    assert set(renditions.files) == set(SIZES)
