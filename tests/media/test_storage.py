"""Files of a shop: whole or not there, found only by names that we make, only by their own shop."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from eseller.media import storage
from eseller.media.actions.refer_to_images import refer_to_images
from eseller.media.actions.store_image import store_image
from eseller.media.errors import ImageTooLarge, NoSuchImage, UnsupportedImage
from eseller.media.images import MAX_BYTES, SIZES
from eseller.media.models import MediaImage
from eseller.tenancy.errors import Unscoped
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import shop_transaction
from tests.media.pictures import opened, picture


def test_a_stored_picture_is_served_in_all_sizes(shop: Shop) -> None:
    stored = store_image(shop_id=shop.pk, data=picture(1000, 500), actor="member:1")
    assert (stored.width, stored.height) == (1000, 500)
    for size in SIZES:
        address = storage.url(stored.sha256, size)
        assert address.startswith("/media/")
        with storage.open_derived(shop.pk, address.removeprefix("/media/")) as file:
            assert opened(file.read()).width == min(size, 1000)
    with shop_transaction(shop.pk):
        row = MediaImage.objects.get(pk=stored.id)
    assert (row.state, row.sha256, row.width, row.height) == ("ready", stored.sha256, 1000, 500)


def test_the_same_picture_twice_is_one_image(shop: Shop) -> None:
    first = store_image(shop_id=shop.pk, data=picture(), actor="member:1")
    assert store_image(shop_id=shop.pk, data=picture(), actor="member:2") == first
    with shop_transaction(shop.pk):
        assert MediaImage.objects.count() == 1


def test_lost_files_come_back_when_the_picture_does(shop: Shop) -> None:
    first = store_image(shop_id=shop.pk, data=picture(), actor="member:1")
    path = Path(settings.MEDIA_ROOT) / str(shop.pk) / first.sha256[:2] / storage.name(first.sha256, 480)
    path.unlink()
    assert store_image(shop_id=shop.pk, data=picture(), actor="member:1") == first
    assert path.is_file()


def test_another_shop_has_its_own_files(make_shop: Any) -> None:
    mine, other = make_shop(), make_shop()
    stored = store_image(shop_id=mine.pk, data=picture(), actor="member:1")
    with pytest.raises(NoSuchImage):
        storage.open_derived(other.pk, storage.name(stored.sha256, 160))
    again = store_image(shop_id=other.pk, data=picture(), actor="member:1")
    assert again.sha256 == stored.sha256
    assert again.id != stored.id


def test_nothing_is_left_of_a_refused_picture(shop: Shop) -> None:
    for data, error in ((b"<svg/>", UnsupportedImage), (bytes(MAX_BYTES + 1), ImageTooLarge)):
        with pytest.raises(error):
            store_image(shop_id=shop.pk, data=data, actor="member:1")
    assert not (Path(settings.MEDIA_ROOT) / str(shop.pk)).exists()
    with shop_transaction(shop.pk):
        assert MediaImage.objects.count() == 0


HASH = "a" * 64


@pytest.mark.parametrize(
    "name",
    [
        "",
        HASH,
        f"{HASH}-160",
        f"{HASH}-161.webp",
        f"{HASH}-160.webp\n",
        f"{HASH}-160.webp/..",
        f"../{HASH}-160.webp",
        f"{HASH.upper()}-160.webp",
        f"{HASH[1:]}/-160.webp",
        "../../secret",
        "/etc/passwd",
        f"{HASH}-160.webp\0",
        f"{HASH}-960.webp",
    ],
)
def test_other_names_are_not_found(name: str) -> None:
    with pytest.raises(NoSuchImage):
        storage.open_derived(1, name)


def test_a_link_is_not_followed(shop: Shop, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    link = Path(settings.MEDIA_ROOT) / str(shop.pk) / "aa" / f"{HASH}-160.webp"
    link.parent.mkdir(parents=True)
    link.symlink_to(secret)
    with pytest.raises(NoSuchImage):
        storage.open_derived(shop.pk, link.name)


def test_no_address_for_a_size_that_is_not_made() -> None:
    with pytest.raises(ValueError, match="no rendition"):
        storage.url(HASH, 161)


def test_pictures_elsewhere_are_noted_once(shop: Shop) -> None:
    urls = ["https://img.example/1.jpg", "https://img.example/2.jpg", "https://img.example/1.jpg"]
    with shop_transaction(shop.pk, actor="import"):
        images, new = refer_to_images(urls)
        assert sorted(images.values()) == sorted(new)
        assert refer_to_images([*urls, "https://img.example/3.jpg"])[1] not in ([], new)
        states = MediaImage.objects.values_list("state", "sha256")
    with shop_transaction(shop.pk):
        assert list(states) == [("pending", None)] * 3
    with pytest.raises(Unscoped):
        refer_to_images(urls)
