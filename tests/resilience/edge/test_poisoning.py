"""Nothing that one visitor sends changes what another gets: the known ways of cache poisoning and deception."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.resilience.edge.keys import LONGEST, canonical_query, is_plain, key_of
from tests.resilience.edge.toys import RULES, World

# Headers that are no part of a key: Kettle, "Practical Web Cache Poisoning" (2018), "Web Cache Entanglement" (2020).
UNKEYED = (
    "X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Scheme", "X-Forwarded-Port",
    "X-Forwarded-Prefix", "X-Host", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-HTTP-Method",
    "X-Method-Override", "Forwarded", "Via", "True-Client-IP", "X-Real-IP", "X-Wap-Profile", "Origin", "Referer",
    "User-Agent", "Accept", "Accept-Language", "Cookie", "Authorization", "Range", "If-Modified-Since", "Max-Forwards",
    "Transfer-Encoding", "Content-Type", "HX-Request", "Sec-Fetch-Site", "X-Timer", "Pragma", "Cache-Control",
)  # fmt: skip


def environ_of(header: str, value: str) -> dict[str, str]:
    name = header.upper().replace("-", "_")
    return {name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}": value}


@pytest.mark.parametrize("header", UNKEYED)
@pytest.mark.parametrize("value", ["evil.example", "PURGE", "a" * 20_000, "\x00\r\nSet-Cookie: x=1"])
def test_no_header_reaches_a_page(header: str, value: str) -> None:
    world = World()
    poisoned = world.get("/p/7", **environ_of(header, value))
    assert value not in repr(world.origin.asked[0])
    assert not {name for name in world.origin.asked[0] if name.startswith("HTTP_")} - {"HTTP_HOST"}
    assert world.get("/p/7").body == poisoned.body


def test_many_cookies_are_no_part_of_a_page() -> None:
    world = World()
    visitor = world.get("/p/7", HTTP_COOKIE="; ".join(f"c{n}=v" for n in range(500)))
    assert world.get("/p/7").body == visitor.body
    assert "HTTP_COOKIE" not in world.origin.asked[0]


@pytest.mark.parametrize("host", ["ONE.example", "one.example:80", "one.example:99999", "One.Example:8000"])
def test_hosts_that_mean_the_same_get_the_same(host: str) -> None:
    world = World()
    first = world.get("/p/7", HTTP_HOST=host)
    assert world.origin.asked[0]["HTTP_HOST"] == "one.example"
    assert world.get("/p/7").body == first.body


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "one.example.evil.example", "one.example,evil.example", "one.example evil",
     "one.example:80:80", "one.example@evil.example", "a" * 5_000, "one.example\x00", "127.0.0.1"],
)  # fmt: skip
def test_hosts_of_nobody_are_none_of_its_business(host: str) -> None:
    world = World()
    kept = world.get("/p/7").body
    world.get("/p/7", HTTP_HOST=host)
    assert len(world.edge.store) == 1
    assert world.get("/p/7").body == kept


@pytest.mark.parametrize(
    "path",
    ["//", "//p/7", "/p//7", "/p/7/", "/p/7/x.css", "/p/7.css", "/p/7%2ecss", "/p/7;x.css", "/p/7%0a", "/p/7%00.js",
     "/p/../p/7", "/./p/7", "/p/7\\x", "\\p\\7", "/cart", "/cart/x.css", "/account/x.js", "/checkout.css",
     "/order/token", "", "p/7",
     "/p/7?x", "/p/7#x", "/P/7", "/p/é", "/p/" + "a" * LONGEST],
)  # fmt: skip
def test_paths_with_tricks_go_by_and_leave_nothing(path: str) -> None:
    world = World()
    kept = world.get("/p/7").body
    world.get(path, HTTP_COOKIE="customer=secret")
    assert world.origin.asked[-1].get("HTTP_COOKIE") == "customer=secret", "it went by"
    assert len(world.edge.store) == 1
    assert world.get("/p/7").body == kept


@pytest.mark.parametrize(
    "query",
    ["utm_source=evil", "callback=evil", "page=1&page=2&evil=1", "pAgE=2", "page[]=2", "_method=DELETE", "host=evil"],
)
def test_parameters_that_no_page_reads_are_dropped(query: str) -> None:
    world = World()
    world.get("/p/7", query)
    assert "evil" not in repr(world.origin.asked[0])
    assert world.origin.asked[0]["QUERY_STRING"] in ("", "page=2")


@given(st.text(max_size=60))
def test_a_query_has_one_form(query: str) -> None:
    canonical = canonical_query(query, RULES.parameters)
    if canonical is not None:
        assert canonical_query(canonical, RULES.parameters) == canonical
        assert canonical.isascii()


@given(st.dictionaries(st.sampled_from(["page", "q"]), st.text(max_size=20)), st.randoms())
def test_the_order_of_parameters_is_no_part_of_a_key(given_: dict[str, str], random: Any) -> None:
    from urllib.parse import urlencode

    pairs = list(given_.items())
    first = canonical_query(urlencode(pairs), RULES.parameters)
    random.shuffle(pairs)
    assert canonical_query(urlencode(pairs), RULES.parameters) == first


@given(st.text(max_size=30))
def test_a_key_is_only_of_plain_paths(path: str) -> None:
    key = key_of(1, path, "", RULES)
    if key is not None:
        assert is_plain(path)
        assert "." not in path
        assert "//" not in path
