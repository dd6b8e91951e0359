import asyncio

import pytest

from domain.accounts import DeviceInput, DeviceKind
from domain.watching import WatchStatus
from stores.sql import devices as devices_sql
from stores.sql import watching
from stores.sql.watching import Progress
from tests import factories
from tests.factories import NOW


@pytest.fixture
async def somewhere(stores):
    """A profile, a device and a film."""
    home = await factories.household(stores)
    film = await factories.movie(stores)
    asked = DeviceInput("i", DeviceKind.TV, "TV", "1")
    async with stores.begin() as tx:
        device = await devices_sql.register_device(tx, home.account_id, asked, NOW)
    return home.profiles["Ada"], device.id, film.id


async def save(stores, place, position_ms):
    profile_id, device_id, playable_id = place
    progress = Progress(profile_id, playable_id, device_id, position_ms, WatchStatus.IN_PROGRESS)
    async with stores.begin() as tx:
        return await watching.save(tx, progress, NOW)


async def test_every_change_has_a_later_revision_and_cursor(stores, somewhere):
    first = await save(stores, somewhere, 1_000)
    second = await save(stores, somewhere, 500)

    assert (first.revision, first.cursor) == (1, 1)
    assert (second.revision, second.cursor, second.position_ms) == (2, 2, 500)


async def test_racing_changes_get_cursors_without_gap_or_repetition(stores, somewhere):
    states = await asyncio.gather(*(save(stores, somewhere, at) for at in range(20)))

    assert sorted(state.cursor for state in states) == list(range(1, 21))
    async with stores.begin() as tx:
        assert await watching.latest_cursor(tx, somewhere[0]) == 20
        [state] = await watching.changes_after(tx, somewhere[0], 0)
        assert await watching.changes_after(tx, somewhere[0], 20) == []
    assert state.cursor == 20
