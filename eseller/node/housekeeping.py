"""Periodic jobs that keep the queue itself in order."""

from __future__ import annotations

from procrastinate import Blueprint, JobContext

NAMESPACE = "eseller.node"
QUEUE = "housekeeping"
STALLED_SECONDS = 40
KEEP_HOURS = 72
housekeeping = Blueprint()


@housekeeping.periodic(cron="* * * * *")
@housekeeping.task(name="retry_stalled", queue=QUEUE, queueing_lock="eseller.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - passed by name
    """Queue again what a worker left behind that died in the middle; Procrastinate doesn't do so itself."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)


@housekeeping.periodic(cron="17 3 * * *")
@housekeeping.task(name="forget_old_jobs", queue=QUEUE, queueing_lock="eseller.forget_old_jobs", pass_context=True)
async def forget_old_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - passed by name
    """Delete jobs that were done days ago."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_HOURS)
