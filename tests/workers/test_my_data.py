"""Is everything of a household shown when it asks, and gone when it says so?"""

import hashlib
from datetime import timedelta

import jwt
import orjson
import pytest
from sqlalchemy import LargeBinary, text

from domain.events import Fact
from domain.limits import WINDOW
from domain.my_data import SETTLED_AFTER
from stores.budgets import Charge
from stores.sql import outbox
from stores.sql.my_data import SECRET, WHOSE
from stores.tables import metadata
from tests import factories
from tests.household import EMAIL, EXPORT, names, seen, settle_in, work
from workers.my_data import NotAllGone

SETTLED = SETTLED_AFTER + timedelta(seconds=1)
NOBODYS = {
    "artwork",
    "content_keys",
    "credits",
    "document_builds",
    "document_uses",
    "documents",
    "encodings",
    "genre_texts",
    "genres",
    "media",
    "people",
    "renditions",
    "title_genres",
    "title_texts",
    "titles",
}
SOMEBODYS = {"account_id", "profile_id", "device_id", "email", "payload"}


def test_every_table_is_known_to_be_somebodys_or_nobodys():
    assert {table.name for table in WHOSE} | NOBODYS == set(metadata.tables)
    assert NOBODYS.isdisjoint(table.name for table in WHOSE)


def test_a_table_that_names_somebody_is_somebodys():
    naming = {
        table.name
        for table in metadata.tables.values()
        if SOMEBODYS & set(table.c.keys())
        or {"accounts", "profiles", "devices"}
        & {key.column.table.name for key in table.foreign_keys}
    }

    assert naming & NOBODYS == set()


def test_whatever_opens_something_is_shown_to_nobody():
    opening = {
        column
        for table in WHOSE
        for column in table.c
        if isinstance(column.type, LargeBinary) or column.name.endswith("_hash")
    }

    assert opening <= SECRET


async def test_the_household_of_these_tests_has_left_something_in_every_place(api, services):
    household = await settle_in(api)
    wanted = await names(api.stores, household.home)

    found = await seen(api.stores, services.redis_url, wanted)

    tables = {place for place in found if place.startswith("postgres/")}
    assert tables == {f"postgres/{table.name}" for table in WHOSE}
    families = {place.split(":")[0] for place in found if place.startswith("redis/")}
    assert families == {"redis/budget", "redis/copy", "redis/lease", "redis/revocations"}
    assert f"objects/my-data/{household.export_id}.json" in found


async def test_an_erased_household_is_in_no_table_no_key_and_no_object(api, services):
    household = await settle_in(api)
    wanted = await names(api.stores, household.home)

    job = await household.erase()
    await work(api, job["id"])
    await api.stores.copies.write()  # what a web server still had in mind
    await work(api, job["id"], after=SETTLED)

    assert await seen(api.stores, services.redis_url, wanted) == set()


async def test_a_file_is_all_of_it_and_opens_nothing(api):
    household = await settle_in(api)

    content = (await api.stores.objects.get(f"my-data/{household.export_id}.json")).decode()

    shown = orjson.loads(content)
    assert set(shown["tables"]) == {table.name for table in WHOSE}
    assert [name for name, rows in shown["tables"].items() if rows == []] == []
    assert shown["tables"]["accounts"][0]["email"] == EMAIL
    names_of = {row["name"] for row in shown["tables"]["profiles"]}
    assert names_of == {"Ada-canary", "Kid-canary"}
    assert shown["titles"] == {household.film.id: "Night Train"}
    assert "argon2" not in content


async def receipt_of(api, job):
    """As whoever keeps the address reads it, and as whoever doubts it proves it."""
    answer = (await api.http.get(job["url"])).json()
    [key] = api.house.token_keys.public_keys.values()
    claims = jwt.decode(answer["signed"], key, algorithms=["EdDSA"], options={"verify_iat": False})
    assert answer["receipt"] == claims
    assert jwt.get_unverified_header(answer["signed"])["typ"] == "receipt+jwt"
    return claims


async def test_a_receipt_says_what_was_found_in_each_place_and_that_nothing_is_left(api):
    household = await settle_in(api)
    job = await household.erase()
    await work(api, job["id"])

    early = await receipt_of(api, job)
    await work(api, job["id"], after=SETTLED)

    claims = await receipt_of(api, job)
    left = {place: each["left"] for place, each in early["looked_at"].items() if each["left"]}
    assert left == {"postgres/revocations": 4, "redis/revocations": left["redis/revocations"]}
    assert (early["looks_again_at"] is None, claims["looks_again_at"]) == (False, None)
    account_id = household.home.account_id
    assert claims["subject_sha256"] == hashlib.sha256(account_id.encode()).hexdigest()
    assert (claims["iss"], claims["jti"]) == ("http://house.test", job["id"])
    looked_at = claims["looked_at"]
    assert {each["left"] for each in looked_at.values()} == {0}
    found = {place: each["found"] for place, each in looked_at.items()}
    assert set(found) >= {f"postgres/{table.name}" for table in WHOSE}
    assert [place for place, number in found.items() if number == 0 and "redis" not in place] == []
    assert found | FOUND == found
    assert found["redis/copy"] >= 3
    assert found["redis/budget"] >= 3


FOUND = {
    "postgres/accounts": 1,
    "postgres/profiles": 2,
    "postgres/devices": 4,
    "postgres/playback_sessions": 2,
    "postgres/watch_states": 2,
    "postgres/outbox": 2,
    "postgres/data_jobs": 1,
    "postgres/device_sign_ins": 1,
    "postgres/mailed_tokens": 1,
    "postgres/revocations": 4,
    "redis/lease": 2,
    "objects/my-data": 1,
}


async def test_any_number_of_runs_ends_with_the_same_receipt(api):
    household = await settle_in(api)
    job = await household.erase()

    for _ in range(3):
        await work(api, job["id"])
    await work(api, job["id"], after=SETTLED)
    claims = await receipt_of(api, job)
    await work(api, job["id"], after=2 * SETTLED)

    found = {place: each["found"] for place, each in claims["looked_at"].items()}
    assert found | FOUND == found
    assert await receipt_of(api, job) == claims


async def test_what_is_written_after_the_first_look_is_found_by_the_last(api, services):
    household = await settle_in(api)
    ada, device = household.home.profiles["Ada-canary"], "canary-late"
    job = await household.erase()
    await work(api, job["id"])
    async with api.stores.begin() as tx:  # by a request that was under way
        late = {"profile": ada, "device": device}
        await outbox.append(tx, Fact("video_start", late), factories.NOW)
    await api.stores.leases._redis.set(f"copy:watching:{ada}", b"late")

    await work(api, job["id"], after=SETTLED)

    assert await seen(api.stores, services.redis_url, {ada, "canary"}) == set()
    assert (await receipt_of(api, job))["looked_at"]["postgres/outbox"] == {"found": 2, "left": 0}


async def test_no_last_receipt_is_signed_while_anything_is_left(api):
    household = await settle_in(api)
    job = await household.erase()
    async with api.stores.begin() as tx:  # what no delete gets rid of
        await tx.execute(text("CREATE RULE kept AS ON DELETE TO outbox DO INSTEAD NOTHING"))
        late = {"profile": household.home.profiles["Ada-canary"]}
        await outbox.append(tx, Fact("video_start", late), factories.NOW)

    with pytest.raises(NotAllGone, match="postgres/outbox"):
        await work(api, job["id"], after=SETTLED)

    assert (await api.http.get(job["url"])).json() == {"state": "RUNNING"}


async def test_an_erased_profile_is_nowhere_and_the_others_data_is_where_it_was(api, services):
    household = await settle_in(api)
    ada, kid = (household.home.profiles[name] for name in ("Ada-canary", "Kid-canary"))
    before = await seen(api.stores, services.redis_url, {ada})

    job = await household.erase("Kid-canary")
    await work(api, job["id"])
    await work(api, job["id"], after=SETTLED)

    assert await seen(api.stores, services.redis_url, {kid, "Kid-canary"}) == set()
    after = await seen(api.stores, services.redis_url, {ada})
    gone = {place for place in before - after if not place.startswith("redis/copy")}
    assert gone == {f"objects/my-data/{household.export_id}.json"}  # for it is in that, too
    looked_at = (await receipt_of(api, job))["looked_at"]
    assert (
        looked_at["objects/my-data"] == looked_at["postgres/data_jobs"] == {"found": 1, "left": 0}
    )


async def test_what_is_kept_of_a_session_that_has_just_ended_goes_too(api, services):
    household = await settle_in(api)
    session = (await household.ada.start(household.film.id))["session"]["id"]
    await api.stores.budgets.spend([Charge(f"renewals:{session}", 5, WINDOW)])
    await household.ada.stop(session, 20_000)
    before = await seen(api.stores, services.redis_url, {session})

    job = await household.erase()
    await work(api, job["id"])
    await work(api, job["id"], after=SETTLED)

    assert f"redis/budget:renewals:{session}" in before
    assert await seen(api.stores, services.redis_url, {session}) == set()


async def test_an_erasure_that_was_under_way_ends_when_its_household_is_erased_too(api, services):
    household = await settle_in(api)
    wanted = await names(api.stores, household.home)
    one = await household.erase("Kid-canary")
    every = await household.erase()

    for job in (one, every):
        await work(api, job["id"])
        await work(api, job["id"], after=SETTLED)

    assert await seen(api.stores, services.redis_url, wanted) == set()
    assert (await receipt_of(api, one))["looked_at"]["postgres/profiles"] == {"found": 1, "left": 0}


async def test_a_copy_that_was_being_made_is_not_kept_of_a_household_that_is_gone(api):
    household = await settle_in(api)
    async with api.stores.begin() as tx:
        await tx.execute(text("DELETE FROM data_jobs"))  # the one that serves for a day
    await api.stores.objects.delete(f"my-data/{household.export_id}.json")
    export = (await household.account.run(EXPORT)).data["exportMyData"]["id"]
    await api.stores.objects.put(f"my-data/{export}.json", b"as if made before the last statement")
    job = await household.erase()

    await work(api, export)
    await work(api, job["id"])

    assert await api.stores.objects.sizes() == {}
