"""Is everything of a household shown when it asks, and gone when it says so?"""

from datetime import timedelta

import orjson
from sqlalchemy import LargeBinary

from domain.my_data import SETTLED_AFTER
from stores.sql.my_data import SECRET, WHOSE
from stores.tables import metadata
from tests.household import EMAIL, names, seen, settle_in, work

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
