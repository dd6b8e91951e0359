"""A house to measure: real embedded servers, a small catalogue, viewers who are signed in."""

import json
import os
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from uuid import uuid4

from app.embedded import postgres, valkey
from app.embedded.machine import LOOPBACK, free_port
from app.embedded.supervisor import Child, Supervisor
from app.home import Home, open_home
from domain import ids
from domain.accounts import SubscriptionTier
from domain.catalog import Artwork, ArtworkRole, Media, Rendition
from domain.encoding import TrackClass
from domain.ids import AccountId, ArtworkId, MediaId, TitleId
from domain.ingest import Finished, NewFilm
from domain.licenses import StoredKey
from domain.limits import Budget
from schema.documents import document_id
from stores import WORKERS, Stores, Tx, open_stores
from stores.sql import accounts as accounts_sql
from stores.sql import documents as documents_sql
from stores.sql import media as media_sql
from stores.sql import profiles as profiles_sql

FILMS = 48  # six rows of eight: as much as fits on the first three screens of a home page
GENRES = ("Drama", "Comedy", "Nature", "Crime", "Music", "Space")
HOUSEHOLDS = 8  # one profile each; signing in costs 50 ms of a core
PASSWORD = "measured"  # noqa: S105 - of a house that is deleted a minute later
PLENTY = " ".join(f"{budget}=1000000" for budget in Budget)  # a load comes from few devices
STOPS_WITHIN_S = 8.0  # after a surge a server may have much to do still
RUNTIME_MS = 5_400_000  # a film of an hour and a half

SIGN_IN = """mutation($input: SignInInput!) {
  signIn(input: $input) { ... on SignedIn { accessToken viewer { account { profiles { id } } } } }
}"""
SELECT_PROFILE = """mutation($id: ID!) {
  selectProfile(profileId: $id) { ... on SignedIn { accessToken } }
}"""


@dataclass(frozen=True, slots=True)
class Server:
    """One web server process of this house."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """Seconds of CPU it has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, document: str, variables: dict[str, Any], token: str | None = None) -> Any:
        """The data of one operation; blocks, for it prepares what is measured."""
        body = json.dumps({"query": document, "variables": variables}).encode()
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        url = f"http://{LOOPBACK}:{self.port}/graphql"
        request = urllib.request.Request(url, body, headers)
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return json.load(answer)["data"]

    def sign_in(self, household: int) -> str:
        """The token of its one profile."""
        device = {"installationId": "bench", "kind": "TV", "name": "Bench", "appVersion": "1"}
        wanted = {"email": email_of(household), "password": PASSWORD, "device": device}
        signed_in = self.ask(SIGN_IN, {"input": wanted})["signIn"]
        [profile] = signed_in["viewer"]["account"]["profiles"]
        chosen = self.ask(SELECT_PROFILE, {"id": profile["id"]}, signed_in["accessToken"])
        token: str = chosen["selectProfile"]["accessToken"]
        return token


class _Addresses:
    """Where the stores of a home are, without asking the environment."""

    def __init__(self, home: Path) -> None:
        self.database_url = (home / "run" / "database_url").read_text()
        self.redis_url = (home / "run" / "redis_url").read_text()
        self.objects_url = (home / "objects").as_uri()
        self.keys_url = (home / "secrets" / "master_key").as_uri()


class House:
    """Running, without a web server yet."""

    def __init__(self, home: Home, supervisor: Supervisor, films: list[TitleId]) -> None:
        self.films = films
        self._home = home
        self._supervisor = supervisor

    async def trust(self, text: str) -> str:
        """The id by which a document is answered from now on."""
        id_ = document_id(text)
        build = documents_sql.Build("bench", "1")
        async with (
            open_stores(_Addresses(self._home.path), patience=WORKERS) as stores,
            stores.begin() as tx,
        ):
            await documents_sql.register(tx, build, {id_: text}, datetime.now(UTC))
        return id_

    @asynccontextmanager
    async def serving(self, module: str) -> AsyncIterator[Server]:
        """A `serve` of this module, which is `app` or does as it does."""
        port, pids = free_port(), list[int]()

        async def is_ready(pid: int) -> bool:
            pids.append(pid)
            try:
                with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/readyz", timeout=2):  # noqa: ASYNC210
                    return True
            except OSError:
                return False

        async with Supervisor(self._home.path / f"children-{module}") as supervisor:
            child = _python(self._home, module, "serve", "--port", str(port), is_ready=is_ready)
            await supervisor.start(child)
            yield Server(port, pids[-1])


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    """In a folder that is deleted afterwards."""
    with TemporaryDirectory(prefix="marquee-bench-") as folder, open_home(Path(folder)) as home:
        async with Supervisor(home.path / "children") as supervisor:
            await _start_services(supervisor, home)
            await supervisor.run(_python(home, "app", "migrate"))
            async with open_stores(_Addresses(home.path), patience=WORKERS) as stores:
                films = await _fill(stores)
            yield House(home, supervisor, films)


async def _start_services(supervisor: Supervisor, home: Home) -> None:
    database_url = await postgres.start(
        supervisor,
        home.path / "postgres",
        password=home.secrets["postgres_password"],
        log=home.log("postgres"),
    )
    redis_url = await valkey.start(
        supervisor,
        home.path / "valkey",
        password=home.secrets["valkey_password"],
        log=home.log("valkey"),
    )
    home.publish("database_url", database_url)
    home.publish("redis_url", redis_url)


def _python(home: Home, module: str, *arguments: str, **more: Any) -> Child:
    chosen = {"DATABASE_URL", "REDIS_URL", "OBJECTS_URL", "KEYS_URL", "PORT", "PUBLIC_URL"}
    ours = {name: value for name, value in os.environ.items() if name not in chosen}
    return Child(
        name=module,
        argv=(sys.executable, "-P", "-m", module, *arguments),
        log=home.log(module),
        stops_within_s=STOPS_WITHIN_S,
        env=ours | {"MARQUEE_HOME": str(home.path), "BUDGETS": PLENTY},
        cwd=Path.cwd(),
        **more,
    )


async def _fill(stores: Stores) -> list[TitleId]:
    now = datetime.now(UTC)
    password_hash = await stores.passwords.hash(PASSWORD)
    async with stores.begin() as tx:
        for number in range(HOUSEHOLDS):
            await _household(tx, number, password_hash, now)
    films = []
    for number in range(FILMS):
        async with stores.begin() as tx:
            films.append(await _film(stores, tx, number, now))
    return films


async def _household(tx: Tx, number: int, password_hash: str, now: datetime) -> None:
    account_id = await accounts_sql.insert_account(
        tx,
        email=email_of(number),
        password_hash=password_hash,
        tier=SubscriptionTier.PREMIUM,
        now=now,
    )
    await profiles_sql.insert_profile(
        tx,
        cast(AccountId, account_id),  # nobody else has this address in a house that is new
        name="Viewer",
        kids=False,
        maturity_age=18,
        ui_locale="en",
        now=now,
    )


async def _film(stores: Stores, tx: Tx, number: int, now: datetime) -> TitleId:
    film = NewFilm(
        f"Film {number}",
        synopsis="A film that is measured, and so never watched. " * 4,
        year=2026,
        genres=(GENRES[number % len(GENRES)],),
    )
    media_id = MediaId(ids.make(ids.Prefix.MEDIA, uuid4()))
    admitted = await media_sql.admit(tx, film, media_id, now)
    kid = uuid4()
    key = StoredKey(kid, TrackClass.SD, stores.keys.wrap(kid, uuid4().bytes))
    await media_sql.add_keys(tx, media_id, [key])
    picture = Artwork(
        id=ArtworkId(ids.make(ids.Prefix.ARTWORK, uuid4())),
        title_id=admitted.title_id,
        role=ArtworkRole.CARD_16_9,
        object_path=f"artwork/{admitted.title_id}/card.jpg",
        width=640,
        height=360,
        dominant_color="#203040",
    )
    rung = Rendition(360, 640, "avc1.64001e", average_kbps=500, peak_kbps=1000)
    media = Media(media_id, admitted.playable_id, RUNTIME_MS, (rung,), storyboard=None)
    finished = Finished(media, {360: TrackClass.SD}, (picture,))
    await media_sql.publish(tx, admitted.job_id, finished, now)
    return admitted.playable_id


def email_of(household: int) -> str:
    return f"viewer-{household}@bench.example"
