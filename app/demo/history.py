"""What the demo's viewers were watching before anybody came, for their Continue Watching rows."""

from datetime import UTC, datetime

from app.demo.households import DemoProfile, Household
from domain.accounts import DeviceInput, DeviceKind
from domain.catalog import Episode, Movie
from domain.ids import DeviceId
from domain.profiles import Profile
from domain.watching import status_at
from stores import Stores, Tx
from stores.sql import accounts, catalog, demo, devices, watching
from stores.sql import profiles as profiles_sql
from stores.sql.watching import Progress

TELEVISION = DeviceInput("demo-living-room", DeviceKind.TV, "Living room", "demo")


async def remember(stores: Stores, households: tuple[Household, ...]) -> None:
    """Puts every viewer where the demo has them, in what they have not touched themselves."""
    for household in households:
        async with stores.begin() as tx:
            found = await accounts.credentials(tx, household.email)
            if found is None:
                continue  # somebody has closed the account meanwhile
            profiles = await profiles_sql.profiles_of(tx, [found.account.id])
            by_name = {profile.name: profile for profile in profiles.get(found.account.id, [])}
            now = datetime.now(UTC)
            device = await devices.register_device(tx, found.account.id, TELEVISION, now)
            for viewer in household.profiles:
                if viewer.name in by_name:
                    await _begin(tx, by_name[viewer.name], viewer, device.id)


async def _begin(tx: Tx, profile: Profile, viewer: DemoProfile, device_id: DeviceId) -> None:
    """As heartbeats of their television would have left it, but only what they may see."""
    admitted = await demo.admitted_named(tx, [name for name, _ in viewer.begun])
    ids = [film.playable_id for film in admitted.values()]
    playable = await catalog.entries_by_id(tx, ids, max_age=profile.maturity_age)
    touched = await watching.states_of(tx, profile.id, ids)
    for name, part in viewer.begun:
        film = playable.get(admitted[name].playable_id) if name in admitted else None
        if not isinstance(film, Movie | Episode) or film.id in touched:
            continue
        position_ms = round(film.runtime_ms * part)
        status = status_at(position_ms, film.runtime_ms)
        progress = Progress(profile.id, film.id, device_id, position_ms, status)
        await watching.save(tx, progress, datetime.now(UTC))
