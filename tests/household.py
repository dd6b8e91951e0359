"""A household that has left something in every place there is, and a search of all places."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from sqlalchemy import insert, text

from domain.accounts import fingerprint
from domain.my_data import MyData
from stores import Stores
from stores import tables as t
from stores.jobs import Attempt
from stores.objects import ObjectMissing
from tests import factories
from tests.api import Api, Viewer
from workers.my_data import my_data

EMAIL = "canary@house.test"
REFRESH = """
mutation ($token: String!) { refreshToken(refreshToken: $token) {
  ... on SignedIn { accessToken refreshToken } ... on Problem { code } } }
"""
SIGN_OUT = "mutation { signOut { ... on SignedOut { devicesSignedOut } ... on Problem { code } } }"
SAVE = """
mutation ($input: ProfileInput!) { saveProfile(input: $input) {
  ... on ProfileSaved { profile { id } } ... on Problem { code message } } }
"""
START_CODE = """
mutation ($input: DeviceInput!) { startDeviceSignIn(input: $input) {
  ... on DeviceSignIn { userCode } ... on Problem { code } } }
"""
APPROVE = """
mutation ($code: String!) { approveDeviceSignIn(userCode: $code) {
  ... on DeviceApproved { approved } ... on Problem { code } } }
"""
EXPORT = """
mutation { exportMyData { ... on DataJob { id state url receipt } ... on Problem { code } } }
"""
ERASE = """
mutation ($password: String!, $profile: ID) {
  eraseMyData(password: $password, profileId: $profile) {
    ... on DataJob { id purpose state url receipt }
    ... on Problem { code message }
    ... on GenericProblem { field }
  }
}
"""


@dataclass(frozen=True)
class Household:
    """`account` holds a token without a profile, `ada` one of a grown-up's."""

    home: factories.Household
    account: Viewer
    ada: Viewer
    export_id: str
    film: factories.Film

    async def erase(self, profile: str | None = None) -> dict[str, Any]:
        profile_id = None if profile is None else self.home.profiles[profile]
        asked = {"password": factories.PASSWORD, "profile": profile_id}
        return (await self.account.run(ERASE, **asked)).data["eraseMyData"]


async def settle_in(api: Api) -> Household:
    """Lives in the house for a while, by its doors as far as there is one."""
    stores = api.stores
    home = await factories.household(stores, email=EMAIL, ages={"Ada-canary": 18, "Kid-canary": 7})
    film = await factories.movie(stores)
    signed_in = await api.sign_in(EMAIL, installation="canary-phone")
    account = Viewer(api, signed_in["accessToken"])
    await api.run(REFRESH, {"token": signed_in["refreshToken"]})
    await api.sign_in(EMAIL, "wrong", installation="canary-phone")
    await api.sign_in(EMAIL, "wrong", installation="nobodys")
    old = await api.sign_in(EMAIL, installation="canary-old")
    await api.run(SIGN_OUT, token=old["accessToken"])
    ada_id = home.profiles["Ada-canary"]
    await account.run(SAVE, input={"profileId": ada_id, "pin": "2468", "currentPin": None})
    for profile, pin in (("Kid-canary", None), ("Ada-canary", "2468")):
        viewer = await _on(api, home, profile, pin)
        started = await viewer.start(film.id)
        await viewer.beat(started["session"]["id"], 20_000)
    device = {"installationId": "canary-tv", "kind": "TV", "name": "canary", "appVersion": "1"}
    code = (await api.run(START_CODE, {"input": device})).data["startDeviceSignIn"]["userCode"]
    await account.run(APPROVE, code=code)
    async with stores.begin() as tx:
        await tx.execute(insert(t.mailed_tokens).values(_mail()))
    export_id = (await account.run(EXPORT)).data["exportMyData"]["id"]
    await work(api, export_id)
    await account.run("{ viewer { account { profiles { name } } } }")
    await stores.copies.write()
    return Household(home, account, viewer, export_id, film)


async def work(api: Api, job_id: str, *, after: timedelta = timedelta(0)) -> None:
    """As a worker does that finds the order that much later."""
    keys = api.house.token_keys
    await my_data(
        api.stores,
        keys,
        MyData(job_id),
        Attempt(),
        clock=lambda: datetime.now(UTC) + after,
    )


async def names(stores: Stores, home: factories.Household) -> set[str]:
    """All that the household can be known by, as it is written anywhere."""
    async with stores.begin() as tx:
        ids = {
            row[0]
            for table in ("devices", "playback_sessions")
            for row in await tx.execute(
                text(f"SELECT id FROM {table} WHERE account_id = :id"), {"id": home.account_id}
            )
        }
    told = {"canary", EMAIL, fingerprint(EMAIL), home.account_id}
    return told | ids | set(home.profiles.values())


async def places(stores: Stores, redis_url: str) -> dict[str, str]:
    """All that is kept anywhere, as text, by where it is."""
    kept = {}
    async with stores.begin() as tx:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for (table,) in (await tx.execute(text(query))).all():
            rows = await tx.execute(text(f'SELECT r::text FROM "{table}" r'))
            kept[f"postgres/{table}"] = "\n".join(row[0] for row in rows)
    with Redis.from_url(redis_url) as redis:
        for key in redis.scan_iter():
            kept[f"redis/{key.decode()}"] = f"{key!r} {_value(redis, key)!r}"
    for path in await stores.objects.sizes():
        with suppress(ObjectMissing):  # gone while we looked
            kept[f"objects/{path}"] = path + (await stores.objects.get(path)).decode("latin-1")
    return kept


async def seen(stores: Stores, redis_url: str, wanted: set[str]) -> set[str]:
    """Where any of these words is."""
    kept = await places(stores, redis_url)
    return {place for place, content in kept.items() if any(word in content for word in wanted)}


def _value(redis: Redis, key: bytes) -> object:
    match redis.type(key):
        case b"none":
            return None  # gone while we looked
        case b"string":
            return redis.get(key)
        case b"list":
            return redis.lrange(key, 0, -1)
        case b"stream":
            return redis.xrange(key)
        case b"hash":
            return redis.hgetall(key)
        case b"set":
            return redis.smembers(key)
        case b"zset":
            return redis.zrange(key, 0, -1, withscores=True)
    raise AssertionError(f"{key!r} is of a kind that nobody has looked into")


def _mail() -> dict[str, object]:
    return {
        "id": "mai_" + "0" * 32,
        "purpose": "RESET",
        "email": EMAIL,
        "payload": {},
        "digest": b"canary-mail",
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
    }


async def _on(api: Api, home: factories.Household, profile: str, pin: str | None) -> Viewer:
    signed_in = await api.sign_in(EMAIL, installation=f"canary-{profile[:3]}")
    viewer = Viewer(api, signed_in["accessToken"])
    chosen = await viewer.run(SELECT, id=home.profiles[profile], pin=pin)
    return Viewer(api, chosen.data["selectProfile"]["accessToken"], signed_in["refreshToken"])


SELECT = """
mutation ($id: ID!, $pin: String) { selectProfile(profileId: $id, pin: $pin) {
  ... on SignedIn { accessToken } ... on Problem { code message } } }
"""
