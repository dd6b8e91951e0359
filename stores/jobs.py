"""Work for later: orders put into Postgres by the transaction that needs them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar, LiteralString, Protocol, Self

import psycopg
import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.degradation import Dependency
from domain.errors import Unavailable
from stores.postgres import why_gone

log = structlog.get_logger()

HEARTBEAT_S = 5.0  # how often a worker says that it lives
STALLED_S = 15.0  # three of those missed: whatever it was doing is given to another
POLL_S = 2.0  # new jobs are announced by NOTIFY; polling only catches a lost announcement
STOP_S = 1.0  # a job that has not ended by then is aborted and begins again at the next start
MAX_FAILURES = 3  # a film that failed three times fails for a reason
DEATH, FAILURE = 1, 1000  # what each takes from a job's priority; no job lives to die 1000 times
FIRST_RETRY_S = 5  # then 25: enough for a full disk to be noticed, not for a viewer to leave
LONGEST_WAIT_S = 300  # for a part that is away: hours of it cost a film none of its tries
RECONNECT_S = 0.5  # between two attempts to connect while Postgres is away
POOL_SIZE = 6  # of two crews: fetching and heartbeats, listening each, and one to spare


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


@dataclass(frozen=True, slots=True)
class Crew:
    """Works at these queues, at so many jobs at a time. No job waits for one of another crew."""

    queues: Sequence[str]
    concurrency: int


Handler = Callable[[Any, Attempt], Awaitable[None]]


class Interrupted(Unavailable):
    """What a job was doing was ended from outside, for want of memory perhaps: it counts as a death
    of the worker."""

    def __init__(self) -> None:
        super().__init__("work", retry_after_seconds=FIRST_RETRY_S)


class RetryLater(BaseRetryStrategy):
    """Begins again at once after a stop of the worker, later when a part of the house was away,
    and later after a failure, until there were too many."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, Interrupted):
            return RetryDecision(retry_in={"seconds": FIRST_RETRY_S}, priority=job.priority - DEATH)
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
        self._connector = _Connector(
            conninfo=url.render_as_string(hide_password=False),
            max_size=POOL_SIZE,
            connection_class=_Patient,
        )
        self._app = App(connector=self._connector)

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

    async def work(self, handlers: Mapping[type[Any], Handler], crews: Sequence[Crew]) -> None:
        """Runs jobs until cancelled or told to stop by SIGTERM or SIGINT.

        It outlasts a restart of Postgres, but not a statement that was lost in one: nobody knows
        then whose job is whose. It raises Unavailable, to be started again; its jobs are noticed
        by the others, and by itself when it comes back.
        """
        for order_type, handler in handlers.items():
            self._register(order_type, handler)
        try:
            async with self._app.open_async():
                await self._work(crews)
        except psycopg.OperationalError as error:
            self._connector.lose(error)
        if self._connector.lost.is_set():
            raise Unavailable(Dependency.POSTGRES, retry_after_seconds=FIRST_RETRY_S)

    async def _work(self, crews: Sequence[Crew]) -> None:
        workers = [
            self._app.run_worker_async(
                queues=list(crew.queues),
                concurrency=crew.concurrency,
                fetch_job_polling_interval=POLL_S,
                abort_job_polling_interval=POLL_S,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=STALLED_S,
                shutdown_graceful_timeout=STOP_S,
                install_signal_handlers=crew is crews[0],  # when it stops, the others are told
            )
            for crew in crews
        ]
        tasks = [
            asyncio.create_task(part)
            for part in (*workers, self._retry_stalled(), self._connector.until_lost())
        ]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        if not self._connector.lost.is_set():
            ended.pop().result()

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


class _Connector(PsycopgConnector):
    """Notices when a statement of the worker's own is lost; the library only logs most of them."""

    def __init__(self, **pool: Any) -> None:
        super().__init__(**pool)
        self.lost = asyncio.Event()

    def lose(self, error: BaseException) -> None:
        if not self.lost.is_set():
            log.error("worker_ends", reason=str(error).partition("\n")[0])
            self.lost.set()

    async def until_lost(self) -> None:
        await self.lost.wait()

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        with self._minding():
            await super().execute_query_async(query, **arguments)

    async def execute_query_one_async(
        self, query: LiteralString, **arguments: Any
    ) -> dict[str, Any]:
        with self._minding():
            row: dict[str, Any] = await super().execute_query_one_async(query, **arguments)
            return row

    async def execute_query_all_async(
        self, query: LiteralString, **arguments: Any
    ) -> list[dict[str, Any]]:
        with self._minding():
            rows: list[dict[str, Any]] = await super().execute_query_all_async(query, **arguments)
            return rows

    @contextmanager
    def _minding(self) -> Iterator[None]:
        try:
            yield
        except ConnectorException as error:
            if why_gone(error) is not None:
                self.lose(error.__cause__ or error)
            raise


class _Patient(psycopg.AsyncConnection[Any]):
    """Whoever listens for new jobs does so again after a restart."""

    @classmethod
    async def connect(cls, *arguments: Any, **options: Any) -> Self:
        while True:
            try:
                return await super().connect(*arguments, **options)
            except psycopg.OperationalError:
                await asyncio.sleep(RECONNECT_S)
