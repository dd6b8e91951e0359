"""Is what killed processes leave cleared away, and nothing that is used?"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.ingest import bring_in
from domain.catalog import ArtworkRole
from domain.encoding import EncodeTitle, IngestCode
from domain.ingest import Admitted, ClearAway, NewFilm, Place
from domain.my_data import KEPT_FOR, DataPurpose, export_path
from domain.tokens import REVOKED_FOR
from stores import Stores, tables
from stores.jobs import Attempt
from stores.sql import data_jobs, playback
from stores.sql import media as films
from tests import factories
from tests.conftest import APART
from tests.workers.test_encode_title import objects
from workers.janitor import clear_away, sweep
from workers.media.encode_title import _withdraw, encode_title
from workers.media.workplace import workplace

MOVIE = NewFilm("Dawn")
PILOT = NewFilm("Pilot", place=Place("The Lighthouse", season=1, episode=1))
SECOND = NewFilm("Second", place=Place("The Lighthouse", season=1, episode=2))


async def orders(stores: Stores) -> list[ClearAway]:
    """What waits to be looked at again, oldest first."""
    async with stores.begin() as tx:
        found = await tx.execute(
            text("SELECT args FROM procrastinate_jobs WHERE task_name = 'ClearAway' ORDER BY id")
        )
        return [ClearAway(**args) for (args,) in found]


async def clear_all(stores: Stores) -> None:
    for order in await orders(stores):
        await clear_away(stores, order)


async def encode(stores: Stores, admitted: Admitted, root: Path) -> None:
    order = EncodeTitle(admitted.media_id, admitted.job_id)
    await encode_title(stores, order, Attempt(), root=root)


async def test_the_source_of_a_film_that_never_got_a_row_is_deleted(
    stores: Stores, small_film: Path
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)
    async with stores.begin() as tx:  # as if killed before this was written
        await tx.execute(text("DELETE FROM titles"))
    assert await objects(stores) == {f"sources/{admitted.media_id}"}

    await clear_all(stores)

    assert await objects(stores) == set()


async def test_nothing_of_a_film_that_waits_or_plays_is_deleted(
    stores: Stores, small_film: Path, tmp_path: Path
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)
    await clear_all(stores)
    assert await objects(stores) == {f"sources/{admitted.media_id}"}
    await encode(stores, admitted, tmp_path / "work")
    whole = await objects(stores)

    await clear_all(stores)
    source, folder = f"sources/{admitted.media_id}", f"films/{admitted.media_id}"
    await clear_away(stores, ClearAway(files=[source], folders=[folder]))

    assert await objects(stores) == whole


async def test_pictures_of_a_series_that_has_others_by_now_are_deleted(
    stores: Stores, small_film: Path, tmp_path: Path
) -> None:
    pilot = await bring_in(stores, small_film, PILOT)
    second = await bring_in(stores, small_film, SECOND)
    await encode(stores, second, tmp_path / "work")
    shown = await objects(stores)
    async with stores.begin() as tx:  # the pilot's, stored by a run that was killed
        found = await films.pending(tx, pilot.media_id)
    assert found is not None
    assert (found.series_id, found.bare_series_id) == (pilot.title_id, None)
    await encode(stores, pilot, tmp_path / "work")
    [*_, order] = await orders(stores)
    left_over = [path for path in order.files if pilot.title_id in path]
    for path in left_over:
        await stores.objects.put(path, b"picture")

    await clear_all(stores)

    assert len(left_over) == len(ArtworkRole)
    assert await objects(stores) >= shown
    assert (await objects(stores)).isdisjoint(left_over)


async def test_a_withdrawn_film_takes_only_its_own_pictures(
    stores: Stores, small_film: Path
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)
    others = f"artwork/{admitted.playable_id}/of-another-media.jpg"
    await stores.objects.put(others, b"picture")
    await stores.objects.put(f"sources/{admitted.media_id}", b"no film any more")

    await encode(stores, admitted, Path("unused"))

    assert await objects(stores) == {others}


async def test_a_run_that_fails_after_another_published_deletes_nothing(
    stores: Stores, small_film: Path, tmp_path: Path
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)
    order = EncodeTitle(admitted.media_id, admitted.job_id)
    async with stores.begin() as tx:
        seen_before = await films.pending(tx, admitted.media_id)
    assert seen_before is not None
    await encode(stores, admitted, tmp_path / "work")
    whole = await objects(stores)

    await _withdraw(stores, order, seen_before, IngestCode.ENCODING_FAILED, "Too late.")
    await clear_all(stores)

    assert await objects(stores) == whole
    async with stores.begin() as tx:
        assert admitted.playable_id in await playback.media_of(tx, [admitted.playable_id])


@pytest.mark.skipif(APART, reason="a bucket ends incomplete uploads by a rule of its own")
async def test_a_sweep_removes_what_killed_makers_left_and_nothing_in_use(
    stores: Stores, tmp_path: Path
) -> None:
    now, root = datetime.now(UTC), tmp_path / "work"
    begun = tmp_path / "objects" / "films" / "m" / "00001.m4s#1"
    await stores.objects.put("films/m/00001.m4s", b"whole")
    begun.write_bytes(b"ha")
    async with workplace(root) as used:
        (root / "left").mkdir()

        await sweep(stores, root, now)
        young = begun.exists()
        await sweep(stores, root, now + timedelta(hours=2))

        assert [path.name for path in root.iterdir()] == [used.name]
    assert (young, begun.exists()) == (True, False)
    assert await stores.objects.get("films/m/00001.m4s") == b"whole"


async def test_a_film_whose_job_was_lost_is_ordered_again_once(
    stores: Stores, small_film: Path, tmp_path: Path
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)
    async with stores.begin() as tx:
        await tx.execute(
            text("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'EncodeTitle'")
        )
    later = datetime.now(UTC) + timedelta(hours=2)

    await sweep(stores, tmp_path / "work", datetime.now(UTC))
    early = await waiting(stores)
    await sweep(stores, tmp_path / "work", later)
    await sweep(stores, tmp_path / "work", later)

    assert early == []
    assert await waiting(stores) == [
        {"media_id": admitted.media_id, "job_id": admitted.job_id},
    ]


async def waiting(stores: Stores, order: str = "EncodeTitle") -> Sequence[object]:
    async with stores.begin() as tx:
        found = await tx.execute(
            text(
                "SELECT args FROM procrastinate_jobs WHERE task_name = :order AND status = 'todo'"
            ),
            {"order": order},
        )
        return [args for (args,) in found]


async def test_what_has_expired_is_forgotten_and_nothing_that_is_good(
    stores: Stores, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    home = await factories.household(stores)
    async with stores.begin() as tx:
        await tx.execute(
            text(
                "INSERT INTO devices (id, account_id, installation_id, kind, name, app_version,"
                " last_seen_at) VALUES ('dev', :account, 'i', 'TV', 'n', '1', :now)"
            ),
            {"account": home.account_id, "now": now},
        )
        for name, expires_at in (("over", now), ("good", now + timedelta(seconds=1))):
            code = ("WDJB" if name == "over" else "MJHT") * 2
            values = {"name": name.encode(), "id": name, "code": code, "at": expires_at, "now": now}
            for statement in (
                "INSERT INTO refresh_tokens (digest, device_id, expires_at)"
                " VALUES (:name, 'dev', :at)",
                "INSERT INTO mailed_tokens (id, purpose, email, payload, expires_at)"
                " VALUES (:id, 'RESET', 'a@house.test', '{}', :at)",
                "INSERT INTO device_sign_ins (device_code_digest, user_code, installation_id, kind,"
                " name, app_version, asked_from, interval_s, created_at, expires_at)"
                " VALUES (:name, :code, 'i', 'TV', 'n', '1', '', 5, :now, :at)",
            ):
                await tx.execute(text(statement), values)
            at = expires_at - REVOKED_FOR - timedelta(milliseconds=500)
            revoked = "INSERT INTO revocations (device_id, epoch, at) VALUES (:id, 2, :at)"
            await tx.execute(text(revoked), {"id": name, "at": at})

    await sweep(stores, tmp_path / "work", now)

    assert await factories.fetch(stores, tables.refresh_tokens, tables.refresh_tokens.c.digest) == [
        (b"good",)
    ]
    assert await factories.fetch(stores, tables.mailed_tokens, tables.mailed_tokens.c.id) == [
        ("good",)
    ]
    codes = tables.device_sign_ins
    assert await factories.fetch(stores, codes, codes.c.user_code) == [("MJHTMJHT",)]
    revocations = tables.revocations
    assert await factories.fetch(stores, revocations, revocations.c.device_id) == [("good",)]


async def test_a_file_or_a_receipt_is_kept_for_a_week(stores: Stores, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    ended = {"old": now - KEPT_FOR - timedelta(seconds=1), "young": now - timedelta(days=6)}
    async with stores.begin() as tx:
        for name, at in ended.items():
            await tx.execute(
                text(
                    "INSERT INTO data_jobs (id, purpose, state, created_at, finished_at)"
                    " VALUES (:id, 'EXPORT', 'SUCCEEDED', :at, :at)"
                ),
                {"id": name, "at": at},
            )
            await stores.objects.put(export_path(name), b"{}")

    await sweep(stores, tmp_path / "work", now)
    await clear_all(stores)

    assert await factories.fetch(stores, tables.data_jobs, tables.data_jobs.c.id) == [("young",)]
    assert await objects(stores) == {export_path("young")}


async def test_an_erasure_whose_order_was_lost_or_failed_is_ordered_again_once(
    stores: Stores, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    async with stores.begin() as tx:
        job = await data_jobs.add(tx, None, DataPurpose.ERASE, now)
        await data_jobs.fail(tx, job.id)
    later = now + timedelta(hours=2)

    await sweep(stores, tmp_path / "work", now)
    early = await waiting(stores, "MyData")
    await sweep(stores, tmp_path / "work", later)
    await sweep(stores, tmp_path / "work", later)

    assert early == []
    assert await waiting(stores, "MyData") == [{"job_id": job.id}]
