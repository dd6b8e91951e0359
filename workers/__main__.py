"""One worker: reads the settings, opens the stores, and works until it is told to stop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from domain.encoding import EncodeTitle
from domain.ingest import ClearAway
from domain.mails import SendMail
from domain.my_data import MyData
from domain.token_keys import TokenKeys
from settings import CannotStart, Settings, load_settings
from stores import WORKERS, open_stores
from stores.jobs import Crew, Handler, Order
from stores.mail import Mailer
from stores.tracing import tracing
from workers.janitor import clear_away, keep_clean
from workers.mails import send_mail
from workers.media.encode_title import encode_title
from workers.my_data import my_data

Watch = Callable[[Path], Coroutine[None, None, None]]  # tells of the machine; is given the home

ROLES = (EncodeTitle.queue, ClearAway.queue, SendMail.queue, MyData.queue)  # a queue each
QUICK_AT_ONCE = 4  # of all roles but encoding: they wait for others, and hardly for this machine
PULSE_EVERY_S = 1.0  # a touch of a file; whoever watches looks every other second


def main(roles: Sequence[str], *, pulse: Path | None = None, watch: Watch | None = None) -> None:
    """Works at `roles`, or at everything when there are none; touches the file `pulse` as long as
    it does not hang, and lets `watch` run beside. Raises CannotStart."""
    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        raise CannotStart(f"There is no role {unknown[0]}; a worker can {', '.join(ROLES)}.")
    settings = load_settings()
    settings.marquee_home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if SendMail.queue in roles and settings.smtp_url is None:
        raise CannotStart("The role mail needs SMTP_URL and MAIL_FROM.")
    asyncio.run(_work(settings, list(roles or ROLES), pulse, watch))


async def _work(
    settings: Settings, queues: Sequence[str], pulse: Path | None, watch: Watch | None
) -> None:
    workshop = _workshop(settings.marquee_home)
    keys = TokenKeys.from_pem(settings.token_key, issuer=settings.public_url)
    async with open_stores(settings, patience=WORKERS) as stores, AsyncExitStack() as beside:
        if pulse is not None:
            await beside.enter_async_context(_running(_beat(pulse)))
        if watch is not None:
            await beside.enter_async_context(_running(watch(settings.marquee_home)))
        if ClearAway.queue in queues:
            await beside.enter_async_context(_running(keep_clean(stores, workshop)))
        handlers: dict[type[Order], Handler] = {
            EncodeTitle: partial(encode_title, stores, root=workshop),
            ClearAway: partial(clear_away, stores),
            MyData: partial(my_data, stores, keys),
        }
        if settings.smtp_url is not None and settings.mail_from is not None:
            mailer = Mailer(settings.smtp_url, settings.mail_from)
            handlers[SendMail] = partial(send_mail, stores, mailer, settings.public_url)
        with tracing(settings.otel_exporter_otlp_endpoint, service="marquee-work"):
            await stores.jobs.work(handlers, _crews(handlers, queues, settings.encode_concurrency))


def _crews(handlers: Iterable[type[Order]], queues: Sequence[str], encodings: int) -> list[Crew]:
    """Whatever is quick is done while films are encoded."""
    mine = {order.queue for order in handlers} & set(queues)
    films, quick = mine & {EncodeTitle.queue}, mine - {EncodeTitle.queue}
    crews = [Crew(sorted(quick), QUICK_AT_ONCE), Crew(sorted(films), encodings)]
    return [crew for crew in crews if crew.queues]


async def _beat(pulse: Path) -> None:
    while True:
        pulse.touch()  # noqa: ASYNC240 - in a thread it would wait for those that store films
        await asyncio.sleep(PULSE_EVERY_S)


@asynccontextmanager
async def _running(loop: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(loop)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _workshop(home: Path) -> Path:
    """Where films are made: on the disk of the home, which has room for films; /tmp may not."""
    return home.absolute() / "work"


if __name__ == "__main__":
    main([])
