"""A film that is stopped leaves nothing behind, at whatever moment."""

import asyncio
from pathlib import Path

from workers.media.workplace import workplace

ATTEMPTS = 50  # each at the moment the folder is being taken; one in two used to leave it


async def test_a_workplace_that_is_cancelled_while_it_is_taken_leaves_no_folder(
    tmp_path: Path,
) -> None:
    async def work(root: Path) -> None:
        async with workplace(root):
            await asyncio.Event().wait()

    roots = [tmp_path / str(number) for number in range(ATTEMPTS)]

    for root in roots:
        working = asyncio.create_task(work(root))
        await asyncio.sleep(0)
        working.cancel()
        await asyncio.wait([working])

    assert [folder for root in roots if root.exists() for folder in root.iterdir()] == []
