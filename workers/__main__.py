"""One worker: reads the settings, opens the stores, and works until it is told to stop."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from domain.encoding import EncodeTitle
from settings import CannotStart, Settings, load_settings
from stores import open_stores
from stores.tracing import tracing
from workers.media.encode_title import encode_title

ROLES = (EncodeTitle.queue,)  # a queue each


def main(roles: Sequence[str]) -> None:
    """Works at `roles`, or at everything when there are none. Raises CannotStart."""
    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        raise CannotStart(f"There is no role {unknown[0]}; a worker can {', '.join(ROLES)}.")
    asyncio.run(_work(load_settings(), list(roles or ROLES)))


async def _work(settings: Settings, queues: Sequence[str]) -> None:
    async with open_stores(settings) as stores:
        encode = partial(encode_title, stores, root=_workshop(settings.marquee_home))
        with tracing(settings.otel_exporter_otlp_endpoint, service="marquee-work"):
            await stores.jobs.work(
                {EncodeTitle: encode}, queues=queues, concurrency=settings.encode_concurrency
            )


def _workshop(home: Path) -> Path:
    """Where films are made: on the disk of the home, which has room for films; /tmp may not."""
    return home.absolute() / "work"


if __name__ == "__main__":
    main([])
