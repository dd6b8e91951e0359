"""Does each part of the world answer? One cheap question for each."""

from collections.abc import Awaitable, Callable

from stores import Stores
from stores.objects import ObjectMissing

Question = Callable[[], Awaitable[None]]


def questions(stores: Stores) -> dict[str, Question]:
    """By the part's name; each raises whatever its driver raises when there is no answer."""

    async def postgres() -> None:
        async with stores.begin() as tx:
            await tx.exec_driver_sql("SELECT 1")

    async def redis() -> None:
        await stores.redis.ping()

    async def objects() -> None:
        try:
            await stores.objects.size("health")
        except ObjectMissing:
            return  # that is an answer

    return {"postgres": postgres, "redis": redis, "objects": objects}
