"""What does a request cost at the door, before anything is done for it?

CPU of the server per request: of a tiny query that is trusted and asked by its id, and of a
heartbeat, beside the same through strawberry as it comes and a bare answer of starlette. In turns,
so that what else the machine does meets all of them alike.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle

from bench.fleet import Ask, Fleet
from bench.house import FILMS, HOUSEHOLDS, House, Server, house
from bench.load import BEAT, PATIENCE_S, SESSIONS, start_watching
from bench.peers import TINY
from bench.report import Report
from domain.load import PriorityClass

CLIENTS = 4  # beside each other: as many as a loop has in hand when a process is half busy
NAME = "query Name { __typename }"  # with a token: what being let in costs, and no statement
ROUNDS = 8  # in turns; the share of CPU that /proc tells in steps of 10 ms gets small by adding up
ROUND_S = 0.8  # for each subject; all of them take a minute
MOST_OVER_BARE_MS = 0.25  # what a tiny trusted query may cost more than an answer of nothing


@dataclass
class Subject:
    """One kind of request to one server, and what was found of it."""

    name: str
    server: Server
    make: Callable[[], bytes]
    answers: int = 0
    cpu_s: float = 0.0
    took_ms: list[float] = field(default_factory=list)

    async def measure(self, seconds: float) -> None:
        """Raises AssertionError for an answer that is none."""
        ask = Ask(self.name, PriorityClass.STANDARD, 1.0, self.make)
        fleet = Fleet(self.server.port, [ask], patience_s=PATIENCE_S)
        before_s = self.server.cpu_s()
        await fleet.closed(seconds, CLIENTS)
        self.cpu_s += self.server.cpu_s() - before_s
        answers = await fleet.settled()
        fleet.close()
        bad = [answer for answer in answers if not answer.good]
        if bad:
            raise AssertionError(f"{self.name}: {bad[0].status} {bad[0].body[:200]!r}")
        self.answers += len(answers)
        self.took_ms += [answer.took_s * 1000 for answer in answers]

    @property
    def cpu_ms(self) -> float:
        """Of the server, for one request."""
        return self.cpu_s / self.answers * 1000

    def percentile_ms(self, percentile: int) -> float:
        """How long a client waited."""
        return sorted(self.took_ms)[len(self.took_ms) * percentile // 100]


def run() -> Report:
    """Takes about a minute and a half."""
    return _report(asyncio.run(measure()))


async def measure(*, rounds: int = ROUNDS, round_s: float = ROUND_S) -> list[Subject]:
    """All subjects, the bare answer first."""
    async with house() as opened:
        tiny, beat = await opened.trust(TINY), await opened.trust(BEAT)
        name = await opened.trust(NAME)
        async with opened.serving("app") as marquee, opened.serving("bench.peers") as peers:
            token = marquee.sign_in(0)
            subjects = [
                *_peers(peers),
                Subject("Marquee, tiny by its id, anonymous", marquee, _tiny(tiny)),
                Subject("Marquee, typename by its id, signed in", marquee, _tiny(name, token)),
                Subject("Marquee, heartbeat by its id", marquee, _beats(opened, marquee, beat)),
            ]
            for subject in subjects:  # connections, caches, and what is imported late
                await subject.measure(round_s)
                subject.answers, subject.cpu_s = 0, 0.0
                subject.took_ms.clear()
            for _ in range(rounds):
                for subject in subjects:
                    await subject.measure(round_s)
    return subjects


def _peers(server: Server) -> list[Subject]:
    tiny = {"query": TINY, "variables": {}}
    beat = {"query": BEAT, "variables": {"input": _report_of("pbs_" + "0" * 32, 1)}}
    return [
        Subject("starlette, a bare answer", server, _always("/bare", tiny)),
        Subject("strawberry, tiny", server, _always("/strawberry", tiny)),
        Subject("strawberry with its caches, tiny", server, _always("/strawberry-cached", tiny)),
        Subject("strawberry, heartbeat", server, _always("/strawberry", beat)),
        Subject(
            "strawberry with its caches, heartbeat", server, _always("/strawberry-cached", beat)
        ),
    ]


def _tiny(document_id: str, token: str | None = None) -> Callable[[], bytes]:
    return _always("/graphql", {"documentId": document_id, "variables": {}}, token)


def _always(path: str, body: Mapping[str, object], token: str | None = None) -> Callable[[], bytes]:
    request = _request(path, body, token)
    return lambda: request


def _beats(opened: House, server: Server, document_id: str) -> Callable[[], bytes]:
    tokens = [server.sign_in(household) for household in range(HOUSEHOLDS)]
    sessions = [
        start_watching(server, tokens[number % HOUSEHOLDS], opened.films[number % FILMS])
        for number in range(SESSIONS)
    ]
    watching, sequence = cycle(sessions), count()

    def beat() -> bytes:
        token, session_id = next(watching)
        variables = {"input": _report_of(session_id, next(sequence))}
        return _request("/graphql", {"documentId": document_id, "variables": variables}, token)

    return beat


def _report_of(session_id: str, at: int) -> dict[str, object]:
    return {"sessionId": session_id, "sequence": at, "positionMs": at, "state": "PLAYING"}


def _request(path: str, body: Mapping[str, object], token: str | None = None) -> bytes:
    content = json.dumps(body).encode()
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"{authorization}Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _report(subjects: Sequence[Subject]) -> Report:
    bare = subjects[0]
    columns = ("request", "requests", "CPU ms", "over bare ms", "p50 ms", "p99 ms")
    rows = [
        (
            subject.name,
            f"{subject.answers}",
            f"{subject.cpu_ms:.3f}",
            f"{subject.cpu_ms - bare.cpu_ms:.3f}",
            *(f"{subject.percentile_ms(rank):.2f}" for rank in (50, 99)),
        )
        for subject in subjects
    ]
    tiny = next(subject for subject in subjects if subject.name.startswith("Marquee, tiny"))
    over_ms = tiny.cpu_ms - bare.cpu_ms
    kept = "kept" if over_ms <= MOST_OVER_BARE_MS else "NOT kept"
    notes = [
        f"CPU of the server process for a request, {CLIENTS} clients beside each other, in turns",
        "strawberry answers an equal tiny field, and a mutation of the same shape that stores"
        " nothing; Marquee's heartbeat checks a token and a budget, and writes to Postgres,"
        " whose own CPU, and that of Redis, is not in the figure",
        f"a tiny trusted anonymous query costs {over_ms:.3f} ms over a bare answer; at most"
        f" {MOST_OVER_BARE_MS} ms is promised: {kept}",
    ]
    return Report("Door", columns, rows, notes)
