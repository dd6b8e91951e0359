"""A household that has watched for years is erased in parts, none of which takes long."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from domain.my_data import SETTLED_AFTER
from stores import tables as t
from stores.sql.my_data import MOST_AT_ONCE
from tests import factories
from tests.api import Viewer
from tests.household import ERASE, work

PLAYS = 2 * MOST_AT_ONCE + 1
FEW = 10  # rows of a household that has only just begun
WATCHED = """
    INSERT INTO playback_sessions (id, account_id, profile_id, device_id, playable_id, media_id,
        idempotency_key, max_height, position_ms, sequence, started_at)
    SELECT 'ses_' || n, d.account_id, :profile, d.id, :film, :media, n::text, 1080, 0, 0, now()
    FROM generate_series(1, :plays) n, devices d
"""
REPORTED = """
    INSERT INTO outbox (kind, payload, at)
    SELECT 'video_start', jsonb_build_object('profile', CAST(:profile AS text)), now()
    FROM generate_series(1, :plays)
"""


@pytest.mark.parametrize("profile", [None, "Bo"])
async def test_no_statement_of_an_erasure_changes_more_than_some_rows(api, stores, profile):
    home = await factories.household(stores, ages={"Ada": 18, "Bo": 18})
    account = Viewer(api, (await api.sign_in())["accessToken"])
    film = await factories.movie(stores)
    async with stores.begin() as tx:
        whose = {"profile": home.profiles["Bo"], "plays": PLAYS}
        await tx.execute(text(WATCHED), {**whose, "film": film.id, "media": film.media_id})
        await tx.execute(text(REPORTED), whose)

    with changed(stores) as by_request:
        asked = {"password": factories.PASSWORD, "profile": profile and home.profiles[profile]}
        job = (await account.run(ERASE, **asked)).data["eraseMyData"]
    with changed(stores) as by_worker:
        await work(api, job["id"])
    left = [await factories.fetch(stores, table) for table in (t.playback_sessions, t.outbox)]
    await work(api, job["id"], after=SETTLED_AFTER + timedelta(seconds=1))

    assert max(by_request) < FEW
    assert max(by_worker) == MOST_AT_ONCE
    assert left == [[], []]
    receipt = (await api.http.get(job["url"])).json()["receipt"]["looked_at"]
    assert receipt["postgres/playback_sessions"] == {"found": PLAYS, "left": 0}
    assert receipt["postgres/outbox"] == {"found": PLAYS, "left": 0}


@contextmanager
def changed(stores):
    """How many rows each statement inside has changed. What goes with a row is not counted, and has
    to be gone before."""
    numbers = []

    def note(_connection, cursor, statement, *_):
        if statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            numbers.append(cursor.rowcount)

    event.listen(stores.engine.sync_engine, "after_cursor_execute", note)
    yield numbers
    event.remove(stores.engine.sync_engine, "after_cursor_execute", note)
