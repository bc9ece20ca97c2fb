"""The job that fetches: from pending to ready or failed, and nothing else ever happens to a shop."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from eseller.media import storage
from eseller.media.actions.fetch_image import Outcome, fetch_image
from eseller.media.actions.refer_to_images import refer_to_images
from eseller.media.fetch import Limits
from eseller.media.images import SIZES
from eseller.media.models import MediaImage
from eseller.media.tasks import WAITS, Patience, TryAgain
from eseller.media.tasks import fetch_image as job
from eseller.services.jobs import defer
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import shop_transaction
from tests.media.pictures import picture, png_bomb
from tests.media.server import Behaviour, PictureServer, body, status


@pytest.fixture
def server() -> Iterator[PictureServer]:
    with PictureServer().running() as running:
        yield running


def refer(shop: Shop, url: str) -> int:
    with shop_transaction(shop.pk, actor="import"):
        images, _ = refer_to_images([url])
    return images[url]


def attempt(shop: Shop, image_id: int, server: PictureServer, *, last_try: bool = False) -> Outcome:
    return fetch_image(
        shop_id=shop.pk,
        image_id=image_id,
        actor="job:fetch_image",
        last_try=last_try,
        limits=Limits(seconds=5, allowed=server.allowed),
        resolver=lambda *_: ["127.0.0.1"],
    )


def row(shop: Shop, image_id: int) -> MediaImage:
    with shop_transaction(shop.pk):
        return MediaImage.objects.get(pk=image_id)


def test_a_pending_picture_becomes_ready_once(shop: Shop, server: PictureServer) -> None:
    image_id = refer(shop, server.serve("/a.png", body(picture(600, 400))))
    assert attempt(shop, image_id, server) is Outcome.DONE
    image = row(shop, image_id)
    assert (image.state, image.width, image.height, image.failure) == ("ready", 600, 400, "")
    assert image.sha256 is not None
    for size in SIZES:
        storage.open_derived(shop.pk, storage.name(image.sha256, size)).close()
    assert attempt(shop, image_id, server) is Outcome.DONE
    assert server.asked == ["/a.png"]


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [(status(404), "404"), (body(b"<html>", "text/html"), "text/html"), (body(png_bomb(50_000, 50_000)), "pixels")],
)
def test_what_will_never_work_is_given_up(shop: Shop, server: PictureServer, behaviour: Behaviour, reason: str) -> None:
    image_id = refer(shop, server.serve("/a.png", behaviour))
    assert attempt(shop, image_id, server) is Outcome.GIVEN_UP
    image = row(shop, image_id)
    assert image.state == "failed"
    assert reason in image.failure


def test_what_may_pass_stays_pending_with_the_reason_until_the_last_try(shop: Shop, server: PictureServer) -> None:
    image_id = refer(shop, server.serve("/a.png", status(503)))
    assert attempt(shop, image_id, server) is Outcome.TRY_AGAIN
    assert (row(shop, image_id).state, "503" in row(shop, image_id).failure) == ("pending", True)
    assert attempt(shop, image_id, server, last_try=True) is Outcome.GIVEN_UP
    assert row(shop, image_id).state == "failed"
    server.serve("/a.png", body(picture()))
    assert attempt(shop, image_id, server) is Outcome.DONE, "asked for again, a failed picture may still come"
    assert (row(shop, image_id).state, row(shop, image_id).failure) == ("ready", "")


def test_another_shops_image_is_out_of_reach(make_shop: Any, server: PictureServer) -> None:
    mine, other = make_shop(), make_shop()
    image_id = refer(mine, server.serve("/a.png", body(picture())))
    assert attempt(other, image_id, server) is Outcome.DONE
    assert server.asked == []
    assert row(mine, image_id).state == "pending"


def test_private_addresses_are_failed_for_good(shop: Shop) -> None:
    image_id = refer(shop, "http://127.0.0.1/a.png")
    assert fetch_image(shop_id=shop.pk, image_id=image_id, actor="job") is Outcome.GIVEN_UP
    assert "not a public server" in row(shop, image_id).failure


@pytest.mark.slow
def test_the_worker_does_the_job_and_tries_again_later(shop: Shop, server: PictureServer) -> None:
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector
    from procrastinate.contrib.django.models import ProcrastinateJob

    good = refer(shop, f"http://127.0.0.1:{server.port}/good.png")
    bad = refer(shop, f"http://127.0.0.1:{server.port}/bad.png")
    server.serve("/good.png", body(picture()))
    server.serve("/bad.png", status(500))
    with shop_transaction(shop.pk, actor="import"):
        jobs = [defer(job, image_id=image, once=f"image:{image}") for image in (good, bad)]
        assert defer(job, image_id=good, once=f"image:{good}") is None
    assert isinstance(app.connector, DjangoConnector)
    with (
        override_settings(MEDIA_FETCH_ALLOWED=server.allowed),
        app.replace_connector(app.connector.get_worker_connector()) as worker_app,
    ):
        worker_app.run_worker(queues=["media"], wait=False, listen_notify=False, install_signal_handlers=False)
    assert row(shop, good).state == "ready"
    assert row(shop, bad).state == "pending"
    states = {
        found.id: (found.status, found.attempts)
        for found in ProcrastinateJob.objects.using("platform").filter(id__in=jobs)
    }
    assert states[jobs[0]][0] == "succeeded"
    assert states[jobs[1]] == ("todo", 1)


def test_patience_ends() -> None:
    from procrastinate.jobs import Job

    def waits(attempts: int) -> bool:
        bare = Job(id=1, queue="media", lock=None, queueing_lock=None, task_name="x", attempts=attempts)
        return Patience().get_retry_decision(exception=TryAgain(), job=bare) is not None

    assert waits(0)
    assert waits(len(WAITS) - 1)
    assert not waits(len(WAITS))
