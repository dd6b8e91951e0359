"""What becomes of viewers when three times as many come as one process can answer?

A closed loop finds how much the process answers at its best; then as many come as that, and then
three times as many, whether they are answered or not. The same once more with everybody let in.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, cycle
from uuid import uuid4

from app.serve import open_many_files
from bench.fleet import Answer, Ask, Fleet
from bench.house import FILMS, HOUSEHOLDS, House, Server, house
from bench.report import Report
from domain.ids import TitleId
from domain.load import PriorityClass

PATIENCE_S = 2.0  # a viewer's, and the deadline of a query
CLIENTS = 8  # of the closed loop: enough to keep a process busy, few enough that none is refused
CLOSED_S, ONCE_S, SURGE_S, AFTER_S = 4.0, 4.0, 8.0, 12.0  # all of it twice makes a minute
SURGE = 3.0  # times capacity
AFTERWARDS = 0.5  # of capacity comes when the surge is over
NORMAL_S = 0.5  # an answer that took longer than this, and than most before the surge, is not
NAMES = {"app": "Marquee", "bench.unlimited": "no limit"}
SESSIONS = 96  # films being watched, so that two heartbeats rarely meet on one

HOME = """query Home { page(slug: "home") { id rows(first: 3) { edges { node {
  id heading items(first: 6) { edges { node { id title {
    id name year certification { label } artwork { url dominantColor } primaryAction { label }
  } resume { positionMs progress } } } }
} } } } }"""
DETAILS = """query Details($id: ID!) { node(id: $id) { ... on Movie {
  id name synopsis runtimeMs genres { name } artwork { url } media { maxHeight }
  watchState { positionMs status }
} } }"""
VIEWER = "query Viewer { viewer { account { email } profile { id name } device { name } } }"
BEAT = """mutation Beat($input: HeartbeatInput!) {
  heartbeat(input: $input) { ... on HeartbeatAccepted { nextInSeconds } ... on Problem { code } }
}"""
START = """mutation Start($input: StartPlaybackInput!) {
  startPlayback(input: $input) { ... on PlaybackStarted { session { id } } ... on Problem { code } }
}"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One load on one server."""

    began: float  # seconds of time.monotonic
    seconds: float
    answers: Sequence[Answer]
    server_cpu_s: float
    client_cpu_s: float

    @property
    def goodput(self) -> float:
        """Good answers a second, of those that came while it lasted."""
        ended = self.began + self.seconds
        return sum(a.good and a.at + a.took_s < ended for a in self.answers) / self.seconds

    def share(self, priority: PriorityClass) -> float:
        """Of the requests of this class, how many were well answered; 0 to 1."""
        asked = [answer for answer in self.answers if answer.ask.priority is priority]
        return sum(answer.good for answer in asked) / len(asked)

    def took_ms(self, which: Callable[[Answer], bool], percentile: int) -> float:
        """Of the answers that `which` chooses; 0 when there are none."""
        took_ms = sorted(answer.took_s * 1000 for answer in self.answers if which(answer))
        return took_ms[len(took_ms) * percentile // 100] if took_ms else 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """All loads on one server, and how long it needed afterwards."""

    closed: Measured
    once: Measured
    surge: Measured
    normal_after_s: float

    @property
    def peak(self) -> float:
        """Good answers a second at its best."""
        return max(self.closed.goodput, self.once.goodput)

    @property
    def served_ms(self) -> float:
        """CPU of an answer."""
        return self.closed.server_cpu_s / len(self.closed.answers) * 1000


def run() -> Report:
    """Takes about a minute."""
    open_many_files()
    return _report(asyncio.run(measure(list(NAMES))))


async def measure(modules: Sequence[str], *, hurry: float = 1.0) -> dict[str, Found]:
    """What was found of each of these servers, one after the other in one house, in a `hurry`th of
    the time."""
    async with house() as opened:
        return {module: await _measure(opened, module, hurry) for module in modules}


async def _measure(opened: House, module: str, hurry: float) -> Found:
    closed_s, once_s, surge_s, after_s = (
        seconds / hurry for seconds in (CLOSED_S, ONCE_S, SURGE_S, AFTER_S)
    )
    async with opened.serving(module) as server:
        fleet = Fleet(server.port, _mix(server, opened.films), patience_s=PATIENCE_S)
        await fleet.closed(1.0, CLIENTS)  # connections, caches, and what is imported late
        await fleet.settled()
        clock = _Clock(server)
        await fleet.closed(closed_s, CLIENTS)
        closed = clock.measured(await fleet.settled(), closed_s)
        clock = _Clock(server)
        await fleet.open(once_s, closed.goodput)
        once = clock.measured(await fleet.settled(), once_s)
        clock = _Clock(server)
        await fleet.open(surge_s, closed.goodput * SURGE)
        surge = clock.measured([], surge_s)
        await fleet.open(after_s, closed.goodput * AFTERWARDS)
        answers = await fleet.settled()
        fleet.close()
    ended = surge.began + surge_s
    during = [answer for answer in answers if answer.at < ended]
    after = [answer for answer in answers if answer.at >= ended]
    normal_s = max(NORMAL_S, once.took_ms(_is_good, 99) / 1000)
    normal_after_s = _normal_after_s(after, ended, normal_s)
    return Found(closed, once, replace(surge, answers=during), normal_after_s)


class _Clock:
    """Time and CPU from here on."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._began = time.monotonic()
        self._server_s, self._client_s = server.cpu_s(), time.process_time()

    def measured(self, answers: Sequence[Answer], seconds: float) -> Measured:
        return Measured(
            self._began,
            seconds,
            answers,
            self._server.cpu_s() - self._server_s,
            time.process_time() - self._client_s,
        )


def _normal_after_s(after: Sequence[Answer], ended: float, normal_s: float) -> float:
    """When the last of those who came too soon had seen how it goes."""
    bad = [answer for answer in after if not answer.good or answer.took_s > normal_s]
    return max((answer.at + answer.took_s - ended for answer in bad), default=0.0)


def _mix(server: Server, films: Sequence[TitleId]) -> list[Ask]:
    """A quarter keeps films going, the rest looks around; of the other two classes there is no
    field yet."""
    tokens = [server.sign_in(household) for household in range(HOUSEHOLDS)]
    watching = cycle(
        [start_watching(server, token, films[n]) for n, token in _spread(tokens, SESSIONS)]
    )
    anyone, film, sequence = cycle(tokens), cycle(films), count()

    def beat() -> bytes:
        token, session_id = next(watching)
        at = next(sequence)
        report = {"sessionId": session_id, "sequence": at, "positionMs": at, "state": "PLAYING"}
        return _request(BEAT, token, {"input": report})

    critical, standard = PriorityClass.CRITICAL, PriorityClass.STANDARD
    return [
        Ask("heartbeat", critical, 0.15, beat),
        Ask("viewer", critical, 0.10, lambda: _request(VIEWER, next(anyone), {})),
        Ask("home", standard, 0.50, lambda: _request(HOME, next(anyone), {})),
        Ask("details", standard, 0.25, lambda: _request(DETAILS, next(anyone), {"id": next(film)})),
    ]


def _spread(tokens: Sequence[str], sessions: int) -> Iterator[tuple[int, str]]:
    return ((number % FILMS, tokens[number % len(tokens)]) for number in range(sessions))


def start_watching(server: Server, token: str, film: TitleId) -> tuple[str, str]:
    """The token, and the id of a playback session of it."""
    wanted = {
        "playableId": film,
        "idempotencyKey": str(uuid4()),
        "capabilities": {
            "codecs": ["avc1.640028", "mp4a.40.2"],
            "maxHeight": 1080,
            "drm": ["CLEARKEY"],
            "protocols": ["DASH"],
        },
    }
    started = server.ask(START, {"input": wanted}, token)["startPlayback"]
    return token, started["session"]["id"]


def _request(document: str, token: str, variables: Mapping[str, object]) -> bytes:
    body = json.dumps({"query": document, "variables": variables}).encode()
    return (
        b"POST /graphql HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b"
        % (token.encode(), len(body), body)
    )


def _report(found: Mapping[str, Found]) -> Report:
    columns = (
        "server",
        "load",
        "offered/s",
        "good/s",
        "CRITICAL",
        "STANDARD",
        "answer ms",
        "refusal ms",
        "CPU",
    )
    rows = [
        (NAMES[module], load, *_row(measured))
        for module, loads in found.items()
        for load, measured in (
            ("closed loop", loads.closed),
            ("1x", loads.once),
            (f"{SURGE:g}x", loads.surge),
        )
    ]
    notes = [_note(NAMES[module], loads) for module, loads in found.items()]
    legend = (
        "CRITICAL, STANDARD: share well answered; ms: p50, p99; CPU: of the server, of the clients"
    )
    return Report("Overload", columns, rows, [legend, *notes])


def _row(measured: Measured) -> tuple[str, ...]:
    seconds = measured.seconds
    return (
        f"{len(measured.answers) / seconds:.0f}",
        f"{measured.goodput:.0f}",
        f"{measured.share(PriorityClass.CRITICAL):.1%}",
        f"{measured.share(PriorityClass.STANDARD):.1%}",
        "{:.0f}, {:.0f}".format(*(measured.took_ms(_is_good, rank) for rank in (50, 99))),
        "{:.0f}, {:.0f}".format(*(measured.took_ms(_is_refused, rank) for rank in (50, 99))),
        f"{measured.server_cpu_s / seconds:.0%}, {measured.client_cpu_s / seconds:.0%}",
    )


def _note(name: str, found: Found) -> str:
    return (
        f"{name}: goodput at {SURGE:g}x is {found.surge.goodput / found.peak:.0%} of the peak,"
        f" normal {found.normal_after_s:.1f} s after the surge; an answer of this mix costs"
        f" {found.served_ms:.1f} ms of CPU"
    )


def _is_good(answer: Answer) -> bool:
    return answer.good


def _is_refused(answer: Answer) -> bool:
    return answer.refused
