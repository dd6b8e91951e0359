"""What does every screen of the TV page get, whichever parts of the house are down or hang?

Real servers behind lines that are cut and mended, and a `marquee serve` and a `marquee work` as
processes. What is down refuses connections; what hangs is stopped (SIGSTOP) and answers nothing.
`docs/failure-matrix.md` is what this test saw: `FAILURE_MATRIX=write` writes it anew.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import Collection, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import update

from app.embedded.machine import LOOPBACK, free_port
from bench.house import PLENTY
from domain.degradation import Dependency, StandIn, stand_in
from stores import open_stores
from tests import factories, s3
from tests.apart.parts import marquee, serving
from tests.chaos.lines import Line
from tests.chaos.screens import DOCUMENTS, DOORS, MANIFEST, SLACK_S, Screen, documents
from tests.conftest import MASTER_KEY, Addresses
from tests.house.repository import ROOT
from tests.running import descendants
from tests.waiting import until

POSTGRES, REDIS, OBJECTS = Dependency
WORKERS = "workers"
FIELDS = DOCUMENTS | DOORS
PAGE = ROOT / "docs/failure-matrix.md"
BACK_WITHIN_S = 10  # what the product promises of a part that is back
SPARE = 40  # sessions to stop where none can be started
TRIES = 3  # for each cell: a machine may be too busy to answer in time, and says so
ROUNDS = 20  # of all questions, in which a house notices what is down

# Each differs little from the one before, so that little has to be mended in between.
DOWN = [
    {REDIS},
    {REDIS, OBJECTS},
    {OBJECTS},
    {OBJECTS, POSTGRES},
    {OBJECTS, POSTGRES, REDIS},
    {POSTGRES, REDIS},
    {POSTGRES},
]
INTRODUCTION = """\
# What viewers get while parts are down

Seen, not planned: `tests/chaos/test_failure_matrix.py` breaks the parts of a running house, asks
what the TV page asks, and fails when this page says otherwise (`FAILURE_MATRIX=write` writes it
anew). `domain/degradation.py` decides.

A column names the parts that are closed. Each was seen with those parts down, with the job workers
alive and killed, and one part alone also stopped (SIGSTOP), so that it hangs; the workers were
stopped, too. All gave the same answers: no screen waits for a worker. While the house was noticing,
answers were typed and in time as well (two seconds for a query, five for a mutation; the test gives
two more, for a busy machine), and a part that came back was in service within ten seconds.

- *live*: read now. *answered*: as ever; where Postgres is closed, from the last good copy.
- *last good copy*: the page says `STALE`, since when, and why.
- *refused*: the code, and when to try again (in GraphQL `retryAfterSeconds`, at a door the header
  `Retry-After`).
- *waits*: the subscription stays open, and goes on without a gap.

"""
WORDS = {None: "live", StandIn.COPY: "last good copy", StandIn.REFUSED: "refused: UNAVAILABLE, 5 s"}


@dataclass
class Parts:
    """The parts of one house, to be broken."""

    lines: dict[Dependency, Line]
    hangable: dict[str, int]  # process ids
    http: httpx.AsyncClient
    screen: Screen
    worker: subprocess.Popen[bytes]
    seen: dict[frozenset[str], dict[str, str]] = field(default_factory=dict)  # by what is closed

    async def look(self, broken: Collection[str], *, hangs: bool = False) -> None:
        """Asks everything until the house has noticed, then once more for the table."""
        closed = frozenset(part for part in Dependency if part in broken)
        situation = f"{' and '.join(sorted(broken)) or 'nothing'} {'hangs' if hangs else 'down'}"
        await self._noticed(closed, situation)
        seen = {"`ops { degradation }`": await self._level()}
        for name, ask in self.screen.asks().items():
            for _ in range(TRIES):
                answer = await ask()
                assert answer.took_s < answer.within_s + SLACK_S, (situation, name, answer)
                if answer.cell == _expected(name, closed):
                    break
            assert answer.cell == _expected(name, closed), (situation, name)
            seen[name] = answer.cell
        assert self.seen.setdefault(closed, seen) == seen, situation

    async def mended(self, closed: Collection[str] = ()) -> None:
        """Returns when all parts but these are in service again; soon, or it fails."""

        async def are_back() -> bool:
            return await self._closed() <= set(closed)

        async with asyncio.timeout(BACK_WITHIN_S + SLACK_S):
            await until(are_back)

    async def cut(self, down: Collection[str]) -> None:
        """Exactly these are down."""
        for part, line in self.lines.items():
            await (line.cut() if part in down else line.mend())
        await self.mended(down)

    async def _noticed(self, closed: Collection[str], situation: str) -> None:
        """What viewers get meanwhile is in time and typed, too."""
        for _ in range(ROUNDS):
            answers = await asyncio.gather(*(ask() for ask in self.screen.asks().values()))
            for name, answer in zip(FIELDS, answers, strict=True):
                assert answer.took_s < answer.within_s + SLACK_S, (situation, name, answer)
                assert "INTERNAL" not in answer.cell, (situation, name, answer)
            if await self._closed() == set(closed):
                return
        raise AssertionError(f"not noticed: {situation}")

    async def _level(self) -> str:
        asked = {"query": "{ ops { degradation } }"}
        headers = {"Authorization": f"Bearer {self.screen.token}"}
        answer = (await self.http.post("/graphql", json=asked, headers=headers)).json()
        level: str = answer["data"]["ops"]["degradation"]
        return level

    async def _closed(self) -> set[str]:
        parts = (await self.http.get("/readyz")).json()["parts"]
        return {name for name, part in parts.items() if part["breaker"] != "CLOSED"}


def _expected(name: str, closed: Collection[Dependency]) -> str:
    """What domain/degradation.py says."""
    without = stand_in(FIELDS[name], closed)
    if name in DOORS and without is StandIn.REFUSED:
        return "refused: UNAVAILABLE, 5 s (503)"
    if name == "CONTINUE_WATCHING":
        return "waits" if POSTGRES in closed else "answered"
    if without is StandIn.LATE:
        return "answered"
    pictures = stand_in(DOORS["a picture"], closed)
    if name == "HOME" and without is None and pictures is not None:
        return "live, without pictures"
    if name not in DOORS and name != "HOME" and without is not StandIn.REFUSED:
        return "answered"
    return WORDS[without]


@contextmanager
def hung(pid: int) -> Iterator[None]:
    """The process and all that it has started answer nothing."""
    stopped = [pid]
    try:
        os.kill(pid, signal.SIGSTOP)  # first: it starts nobody else
        stopped += descendants(pid)
        _tell(stopped, signal.SIGSTOP)
        yield
    finally:
        _tell(stopped, signal.SIGCONT)


def _tell(pids: Collection[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # a connection's process, which has ended
            os.kill(pid, number)


def _started(sign: str) -> int:
    """The child of this run whose command shows that."""
    [pid] = [pid for pid, command in descendants(os.getpid()).items() if sign in command]
    return pid


@pytest.fixture
async def parts(services, database_url, s3_endpoint, bucket_url, tmp_path):
    urls = {POSTGRES: database_url, REDIS: services.redis_url, OBJECTS: s3_endpoint}
    lines = {part: Line(urlsplit(url).port) for part, url in urls.items()}
    for line in lines.values():
        await line.mend()
    through = {
        part: url.replace(f":{urlsplit(url).port}", f":{lines[part].port}")
        for part, url in urls.items()
    }
    told = _told(tmp_path) | s3.environment(through[OBJECTS])
    told |= {"DATABASE_URL": through[POSTGRES], "REDIS_URL": through[REDIS]}
    told["OBJECTS_URL"] = f"{bucket_url}/objects"
    async with AsyncExitStack() as stack:
        for line in lines.values():
            stack.push_async_callback(line.cut)
        direct = Addresses(database_url, services.redis_url, told["OBJECTS_URL"], told["KEYS_URL"])
        stores = await stack.enter_async_context(open_stores(direct))
        home = await factories.household(stores)
        async with stores.begin() as tx:
            await tx.execute(update(factories.t.accounts).values(operator=True))
        drama = await factories.genre(stores, "Drama")
        film = await factories.movie(stores, genres=(drama,))
        await factories.movie(stores, "Older", newer_by_s=-1)
        port = free_port()
        worker = stack.enter_context(marquee("work", environment=told, log=tmp_path / "worker.log"))
        start = serving(port, environment=told, log=tmp_path / "api.log")
        await asyncio.to_thread(stack.enter_context, start)
        url = f"http://{LOOPBACK}:{port}"
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=20))
        screen = Screen(http, home.email, film)
        await screen.enter(spare=SPARE)
        await stores.objects.put(_object(screen.session["manifest"]["url"]), MANIFEST)
        await stores.objects.put(_object(screen.picture), b"picture")
        hangable = {
            POSTGRES: _started("/postgres -D "),
            REDIS: _started("/valkey-server "),
            OBJECTS: _started("moto.server"),
            WORKERS: worker.pid,
        }
        yield Parts(lines, hangable, http, screen, worker)


def _told(folder):
    """What every part of the house is told, but for where the servers are."""
    (folder / "master_key").write_text(MASTER_KEY)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {
        "PATH": os.environ["PATH"],
        "MARQUEE_HOME": str(folder / "home"),
        "BUDGETS": PLENTY,
        "PUBLIC_URL": "http://house.test",
        "KEYS_URL": (folder / "master_key").as_uri(),
        "MEDIA_KEY": bytes(range(32)).hex(),
        "TOKEN_KEY": pem,
    }


def _object(address: str) -> str:
    """/media/<grant>/<path>"""
    return urlsplit(address).path.split("/", 3)[3]


def _page(seen) -> str:
    """What was seen, as docs/failure-matrix.md."""
    closed = sorted(
        seen, key=lambda parts: (len(parts), [part not in parts for part in Dependency])
    )
    heads = [", ".join(part for part in Dependency if part in parts) for parts in closed]
    lines = [["closed", "none", *heads[1:]], ["---"] * (len(heads) + 1)]
    for name in seen[closed[0]]:
        shown = f"`{name}`" if name in DOCUMENTS else name
        lines.append([shown, *(seen[parts][name] for parts in closed)])
    return INTRODUCTION + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def test_every_document_of_the_page_is_in_the_matrix():
    assert set(documents()) == set(DOCUMENTS)


@pytest.mark.slow
async def test_every_screen_gets_a_true_answer_in_time_whatever_is_down_or_hangs(parts):
    await parts.look(set())
    for name in (WORKERS, REDIS, OBJECTS, POSTGRES):
        with hung(parts.hangable[name]):
            await parts.look({name}, hangs=True)
        await parts.mended()
    for down in DOWN:
        await parts.cut(down)
        await parts.look(down)
    parts.worker.kill()
    for down in [*reversed(DOWN), set()]:
        await parts.cut(down)
        await parts.look(down | {WORKERS})

    page = _page(parts.seen)
    if os.environ.get("FAILURE_MATRIX") == "write":
        PAGE.write_text(page)
    assert page == PAGE.read_text()
