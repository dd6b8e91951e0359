"""Does one reading serve all who wait for it?"""

import asyncio

import pytest

from resolvers.loaders import Loader


async def test_who_stops_waiting_does_not_stop_the_others() -> None:
    async def read(keys: list[str]) -> list[str]:
        await asyncio.sleep(0.01)
        return [key.upper() for key in keys]

    loader = Loader(read)
    first, second = (asyncio.ensure_future(loader.load("key")) for _ in range(2))
    await asyncio.sleep(0)

    first.cancel()

    assert await second == "KEY"
    with pytest.raises(asyncio.CancelledError):
        await first
