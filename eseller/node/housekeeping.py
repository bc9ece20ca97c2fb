"""Periodic jobs that keep the queue itself in order."""

from __future__ import annotations

import logging

from procrastinate import Blueprint, JobContext
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

log = logging.getLogger(__name__)
NAMESPACE = "eseller.node"
QUEUE = "housekeeping"
STALLED_SECONDS = 40
MOST_ATTEMPTS = 12
"""More than any task asks for itself: who comes so far ends its workers."""
KEEP_HOURS = 72
KEEP_FAILED_HOURS = 30 * 24
housekeeping = Blueprint()


@housekeeping.periodic(cron="* * * * *")
@housekeeping.task(name="retry_stalled", queue=QUEUE, queueing_lock="eseller.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - passed by name
    """Queue again what a worker left behind that died in the middle; Procrastinate doesn't do so itself."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        try:
            await _recover(manager, job)
        except ConnectorException:
            # Another worker was quicker, or this one job is odd; the others must not wait for it.
            log.exception("The stalled job %s (%s) was not queued again.", job.id, job.task_name)


async def _recover(manager: JobManager, job: Job) -> None:
    if job.attempts + 1 >= MOST_ATTEMPTS:
        log.error("Job %s (%s) never comes to an end; it is given up.", job.id, job.task_name)
        await manager.finish_job(job, Status.FAILED, delete_job=False)
        return
    try:
        await manager.retry_job(job)
    except UniqueViolation:
        # The same work is queued already, as happens to periodic jobs.
        await manager.finish_job(job, Status.FAILED, delete_job=True)


@housekeeping.periodic(cron="17 3 * * *")
@housekeeping.task(name="forget_old_jobs", queue=QUEUE, queueing_lock="eseller.forget_old_jobs", pass_context=True)
async def forget_old_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - passed by name
    """Delete jobs that were done days ago; those that failed can be looked into for a month."""
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=KEEP_HOURS)
    await manager.delete_old_jobs(
        nb_hours=KEEP_FAILED_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
