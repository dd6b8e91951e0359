"""Work for later: orders put into Postgres by the transaction that needs them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Unavailable

HEARTBEAT_S = 5.0  # how often a worker says that it lives
STALLED_S = 15.0  # three of those missed: whatever it was doing is given to another
POLL_S = 2.0  # new jobs are announced by NOTIFY; polling only catches a lost announcement
STOP_S = 1.0  # a job that has not ended by then is aborted and begins again at the next start
MAX_FAILURES = 3  # a film that failed three times fails for a reason
DEATH, FAILURE = 1, 1000  # what each takes from a job's priority; no job lives to die 1000 times
FIRST_RETRY_S = 5  # then 25: enough for a full disk to be noticed, not for a viewer to leave
LONGEST_WAIT_S = 300  # for a part that is away: hours of it cost a film none of its tries
POOL_SIZE = 4  # fetching, heartbeats, listening, and one to spare


_COUNT = text(
    """
    SELECT queue_name, status::text, count(*) FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing') GROUP BY queue_name, status
    """
)


_FORGET = text(
    """
    DELETE FROM procrastinate_jobs j
    WHERE j.status NOT IN ('todo', 'doing') AND NOT EXISTS (
        SELECT FROM procrastinate_events e WHERE e.job_id = j.id AND e.at >= :before)
    """
)


class Order(Protocol):
    """A frozen dataclass that says what to do. Its class name names the job."""

    queue: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """How often the same job failed before, and how often its worker died of it, or beside it. A
    stop of the house, or a part of it that was away, counts as neither."""

    failures: int = 0
    deaths: int = 0

    @property
    def is_last(self) -> bool:
        """Whether a failure now is final."""
        return self.failures + 1 >= MAX_FAILURES


Handler = Callable[[Any, Attempt], Awaitable[None]]


class RetryLater(BaseRetryStrategy):
    """Begins again at once after a stop of the worker, later when a part of the house was away,
    and later after a failure, until there were too many."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, Unavailable):
            wait_s = min(FIRST_RETRY_S * (job.attempts + 1), LONGEST_WAIT_S)
            return RetryDecision(retry_in={"seconds": wait_s})
        attempt = attempt_of(job)
        if attempt.is_last:
            return None
        wait_s = FIRST_RETRY_S ** (attempt.failures + 1)
        return RetryDecision(retry_in={"seconds": wait_s}, priority=job.priority - FAILURE)


def attempt_of(job: Job) -> Attempt:
    """What its priority tells: 0 at first, it sinks with every mishap, so that a job that had some
    gives way to those that had none. The queue's own counter does not tell mishaps from stops."""
    return Attempt(*divmod(-job.priority, FAILURE))


class Jobs:
    """The queue. `enqueue` needs no connection of its own; `work` opens a small pool."""

    def __init__(self, database_url: str) -> None:
        url = make_url(database_url).set(drivername="postgresql")
        self._app = App(
            connector=PsycopgConnector(
                conninfo=url.render_as_string(hide_password=False), max_size=POOL_SIZE
            )
        )

    async def enqueue(
        self,
        tx: AsyncConnection,
        order: Order,
        *,
        lock: str | None = None,
        not_before: datetime | None = None,
    ) -> int:
        """Adds `order` in the caller's transaction: rolled back, it never was. Returns the job's
        number. Jobs of one `lock` run one after another."""
        raw = await tx.get_raw_connection()
        deferrer = self._app.configure_task(
            type(order).__name__,
            queue=order.queue,
            lock=lock,
            schedule_at=not_before,
            connection=raw.driver_connection,
        )
        return await deferrer.defer_async(**asdict(order))

    async def count(self, tx: AsyncConnection) -> dict[tuple[str, str], int]:
        """How many jobs wait and run, by queue and state. Ended ones are not looked at, for they
        are most of the table. Index: procrastinate_jobs_id_lock_idx_v1."""
        return {(queue, state): number for queue, state, number in await tx.execute(_COUNT)}

    async def forget_done(self, tx: AsyncConnection, before: datetime) -> int:
        """Deletes jobs that ended, in whatever way, before that time; how many. No index: once an
        hour, over what earlier rounds have left."""
        return (await tx.execute(_FORGET, {"before": before})).rowcount

    async def work(
        self, handlers: Mapping[type[Any], Handler], *, queues: Sequence[str], concurrency: int
    ) -> None:
        """Runs jobs until cancelled or told to stop by SIGTERM or SIGINT.

        A worker that died is noticed by the others, and by itself when it comes back.
        """
        for order_type, handler in handlers.items():
            self._register(order_type, handler)
        async with self._app.open_async(), asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(self._retry_stalled())
            await self._app.run_worker_async(
                queues=list(queues),
                concurrency=concurrency,
                fetch_job_polling_interval=POLL_S,
                abort_job_polling_interval=POLL_S,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=STALLED_S,
                shutdown_graceful_timeout=STOP_S,
            )
            watch.cancel()

    def _register(self, order_type: type[Any], handler: Handler) -> None:
        @self._app.task(
            name=order_type.__name__, queue=order_type.queue, pass_context=True, retry=RetryLater()
        )
        async def run(context: JobContext, /, **fields: Any) -> None:
            await handler(order_type(**fields), attempt_of(context.job))

    async def _retry_stalled(self) -> None:
        manager = self._app.job_manager
        while True:
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
                await manager.retry_job(job, priority=job.priority - DEATH)
            await asyncio.sleep(HEARTBEAT_S)
