"""Numbers in query strings that are none, or more than anything can count."""

import pytest
from django.conf import settings

from tests.hostile.asking import everybody, failure, own_routes
from tests.isolation.attack import browser
from tests.isolation.urls import MAILBOX
from tests.isolation.world import World

pytestmark = pytest.mark.slow

NUMBERS = ["-1", "1.5", "٣", "²", "9" * 30, "000001" + "9" * 5000, "\x00"]
NAMES = ("page", "before", "first", "v", "o1", "o2", "o3", "s")


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: repr(number[:12]))
def test_a_number_that_is_none_gets_a_clear_answer(world: World, number: str) -> None:
    sites = [*everybody(world)[1:], (MAILBOX, browser(settings.MAILBOX_HOST))]
    for urlconf, client in sites:
        for route in own_routes(urlconf):
            response = client.get(route.path(world), dict.fromkeys(NAMES, number))
            assert failure(response) == "", route.label
