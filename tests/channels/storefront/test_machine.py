"""What browsers and robots fetch."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from eseller.channels.storefront.views import feeds, sitemaps
from eseller.media.actions.store_image import store_image
from eseller.media.models import MediaImage
from eseller.tenancy.scope import shop_transaction
from tests.channels.storefront.shoppers import Shopper
from tests.channels.storefront.shops import Stocked, picture, stocked_shop

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
G = "{http://base.google.com/ns/1.0}"


def body(response: Any) -> bytes:
    return bytes(response.getvalue() if response.streaming else response.content)


def test_the_style_sheet_is_kept_for_ever_under_its_version(shopper: Shopper) -> None:
    version = re.search(r'href="(/theme\.css\?v=[0-9a-f]+)"', shopper.text("/"))
    assert version
    kept = shopper.get(version[1])
    assert kept["Content-Type"] == "text/css; charset=utf-8"
    assert "--brand:" in kept.content.decode()
    assert "immutable" in kept["Cache-Control"]
    assert "immutable" not in shopper.get("/theme.css?v=old")["Cache-Control"]


def test_a_theme_that_cannot_be_read_is_the_standard_look() -> None:
    shop = stocked_shop(theme={"brand": "red; } body { display: none", "display": "comic"})
    response = Shopper(shop).get("/theme.css")
    assert response.status_code == 200
    assert "#1f4d3a" in response.content.decode()
    assert "display: none" not in response.content.decode()


def test_a_picture_is_sent_once_and_only_by_its_shop(shopper: Shopper, stocked: Stocked) -> None:
    with shop_transaction(stocked.shop.pk):
        sha256 = MediaImage.objects.get(pk=stocked.images[0]).sha256
    path = f"/media/{sha256}-480.webp"
    response = shopper.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert response.content[:4] == b"RIFF"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    again = shopper.get(path, HTTP_IF_NONE_MATCH=response["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    mine = store_image(shop_id=stocked.shop.pk, data=picture("#123456"), actor="test").sha256
    assert shopper.get(f"/media/{mine}-480.webp").status_code == 200
    assert Shopper(stocked_shop()).get(f"/media/{mine}-480.webp").status_code == 404


@pytest.mark.parametrize(
    "name", ["x", "..%2f..%2fsecret", "a" * 64 + "-480.webp", "a" * 64 + "-481.webp", "%00", "x" * 3000]
)
def test_other_names_are_no_pictures(shopper: Shopper, name: str) -> None:
    assert shopper.get(f"/media/{name}").status_code == 404


def test_robots_are_told_what_is_for_people(shopper: Shopper, stocked: Stocked) -> None:
    text = shopper.text("/robots.txt")
    assert "Disallow: /checkout\n" in text
    assert "Disallow: /da/cart\n" in text
    assert f"Sitemap: http://{stocked.host}:18000/sitemap.xml" in text


def addresses(shopper: Shopper) -> list[str]:
    index = ElementTree.fromstring(body(shopper.get("/sitemap.xml")))
    found: list[str] = []
    for part in index.iter(f"{SITEMAP}loc"):
        path = "/" + str(part.text).split("/", 3)[3]
        response = shopper.get(path)
        assert response.status_code == 200
        listed = [str(loc.text) for loc in ElementTree.fromstring(body(response)).iter(f"{SITEMAP}loc")]
        assert 0 < len(listed) <= sitemaps.MOST_ADDRESSES
        found += listed
    return found


def test_the_sitemap_lists_every_public_page_in_every_language(shopper: Shopper, stocked: Stocked) -> None:
    base = f"http://{stocked.host}:18000"
    found = addresses(shopper)
    assert len(found) == len(set(found))
    products = ["/p/morning-mug", "/p/moon-vase", "/p/deep-bowl", "/p/gift-card-holder"]
    public = ["/", *products, "/c/table", "/c/cups", "/c/lamps", "/pages/delivery"]
    assert set(found) == {base + prefix + path for path in public for prefix in ("", "/da", "/de")}
    for url in found:
        assert shopper.get(url.removeprefix(base)).status_code == 200


def test_a_long_sitemap_comes_in_parts(shopper: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = addresses(shopper)
    monkeypatch.setattr(sitemaps, "MOST_ADDRESSES", 6)
    index = body(shopper.get("/sitemap.xml")).decode()
    assert index.count("<sitemap>") == 2 + 2 + 1 + 1
    assert sorted(addresses(shopper)) == sorted(whole)


@pytest.mark.parametrize(
    "path", ["/sitemap-order-0.xml", "/sitemap-product-999999999999999999999999.xml", "/sitemap-.xml"]
)
def test_other_parts_are_not_there(shopper: Shopper, path: str) -> None:
    response = shopper.get(path)
    assert response.status_code == 404 or b"<url>" not in body(response)


def items(shopper: Shopper, path: str) -> list[dict[str, str]]:
    root = ElementTree.fromstring(body(shopper.get(path)))
    return [{child.tag.removeprefix(G): str(child.text) for child in item} for item in root.iter("item")]


def test_the_feed_tells_each_variant(shopper: Shopper, stocked: Stocked) -> None:
    found = {item["id"]: item for item in items(shopper, "/feeds/google.xml")}
    assert set(found) == {"MUG-S-SAND", "MUG-S-BLUE", "MUG-L-SAND", "VASE", "BOWL", "CARD"}
    mug, vase = found["MUG-S-BLUE"], found["VASE"]
    assert mug["title"] == "Morning mug – Small / Blue"
    assert mug["availability"] == "out_of_stock"
    assert mug["item_group_id"] == found["MUG-L-SAND"]["item_group_id"]
    assert "item_group_id" not in vase
    assert (vase["price"], vase["sale_price"]) == ("520.00 DKK", "420.00 DKK")
    assert vase["description"].startswith("A moon vase of stoneware.")
    assert vase["link"] == f"http://{stocked.host}:18000/p/moon-vase?v={stocked.variants['VASE']}"
    assert shopper.get(vase["link"].split(":18000")[1]).status_code == 200
    assert shopper.get(vase["image_link"].split(":18000")[1]).status_code == 200


def test_the_feed_speaks_the_shops_languages_and_currencies(shopper: Shopper) -> None:
    assert "Månevase" in {item["title"] for item in items(shopper, "/feeds/google.xml?language=da")}
    for query in ("language=fr", "currency=USD", "currency=x", "language=%00", "currency=" + "A" * 500):
        assert shopper.get(f"/feeds/google.xml?{query}").status_code == 404


def test_a_long_feed_is_read_in_chunks(shopper: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = items(shopper, "/feeds/google.xml")
    monkeypatch.setattr(feeds, "CHUNK", 2)
    assert items(shopper, "/feeds/google.xml") == whole
