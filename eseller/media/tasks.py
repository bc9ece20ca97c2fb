"""Jobs of the media package."""

from django.conf import settings
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from eseller.media.actions.fetch_image import Outcome
from eseller.media.actions.fetch_image import fetch_image as fetch_one
from eseller.media.fetch import Limits

WAITS = (60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)
"""Seconds between attempts: a server or network that is away may come back within two days."""


class TryAgain(Exception):
    """The picture's server failed in a way that may pass."""


class Patience(BaseRetryStrategy):
    """Tries again after growing waits, and only what may pass."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        """Return when to try again, or None to give up."""
        if job.attempts >= len(WAITS):
            return None
        return RetryDecision(retry_in={"seconds": WAITS[job.attempts]})


@app.task(name="media.fetch_image", queue="media", retry=Patience(), pass_context=True)
def fetch_image(context: JobContext, *, shop_id: int, image_id: int) -> None:
    """Fetch one image of a shop. Without a network it stays pending, with the reason, and is tried again."""
    attempts = context.job.attempts if context.job else 0
    outcome = fetch_one(
        shop_id=shop_id,
        image_id=image_id,
        actor="job:fetch_image",
        last_try=attempts >= len(WAITS),
        limits=Limits(allowed=frozenset(getattr(settings, "MEDIA_FETCH_ALLOWED", ()))),
    )
    if outcome is Outcome.TRY_AGAIN:
        raise TryAgain
