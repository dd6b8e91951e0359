"""What does a bomb cost, and does anybody else notice?

CPU for each document in bench/bombs.py until it is refused or priced, beside what graphql-core
takes without us. Then a viewer asks a server for home pages, alone and beside somebody who sends
it all bombs, one after the other.
"""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import cycle

from graphql import GraphQLError, parse, validate

from bench.bombs import BOMBS, LET_IN
from bench.fleet import Ask, Fleet
from bench.house import Server, house
from bench.load import HOME, PATIENCE_S
from bench.report import Report
from domain.errors import TooComplex
from domain.load import MOST_OPERATION_BYTES, PriorityClass
from schema.documents import prepare
from schema.limits import OF_ANYBODY, tokens
from schema.root import schema

REPEATS = 20  # of a document, the quickest counts: what others do on the machine is not ours
ALONE_S = 6.0  # 200 home pages or so, so that ten are above the 95th percentile
MOST_MS = 5.0  # of CPU, for any bomb
MOST_TIMES = 2.0  # what a viewer may wait more, at the 95th percentile
FITS = MOST_OPERATION_BYTES // 4  # letters of a bomb that go into one request, whatever they are


def run() -> Report:
    """Takes about a minute."""
    rows = [_row(name, bomb, _refuse) for name, bomb in BOMBS.items()]
    let_in = [_row(name, text, _price) for name, text in LET_IN.items()]
    alone, beside, sent = asyncio.run(_waits())
    worst, dearest = (max(float(row[2]) for row in some) for some in (rows, let_in))
    notes = [
        f"the dearest bomb takes {worst:.2f} ms of CPU, of at most {MOST_MS:g} ms, and the dearest"
        f" that is let in {dearest:.2f} ms, once",
        "graphql-core reads and validates what fits into a request, once, without the guard",
        f"a viewer's home page, p50 and p95: alone {_percentiles(alone)} ms; beside {sent:.0f}"
        f" bombs a second {_percentiles(beside)} ms; p95 at most {MOST_TIMES:g} times",
    ]
    columns = ("document", "tokens read", "ours, ms", "graphql-core, ms")
    heading = ("and the dearest that are let in:", "", "", "")
    return Report("Bombs", columns, [*rows, heading, *let_in], notes)


def _row(name: str, text: str, ask: Callable[[str], None]) -> tuple[str, ...]:
    read = tokens(text) if len(text) <= OF_ANYBODY.characters else []
    ours_ms = _cpu_ms(lambda: ask(text), times=REPEATS)
    unguarded_ms = _cpu_ms(lambda: _read(text[:FITS]), times=1)
    return name, f"{len(read) or 'none'}", f"{ours_ms:.3f}", f"{unguarded_ms:.0f}"


def _cpu_ms(work: Callable[[], None], *, times: int) -> float:
    took_s = []
    for _ in range(times):
        began = time.process_time()
        work()
        took_s.append(time.process_time() - began)
    return min(took_s) * 1000


def _refuse(text: str) -> None:
    try:
        prepare(text)
    except TooComplex:
        return
    raise AssertionError("A bomb was let in.")


def _price(text: str) -> None:
    for operation in prepare(text).operations():
        operation.cost({})


def _read(text: str) -> None:
    with suppress(GraphQLError, RecursionError):
        validate(schema._schema, parse(text))


async def _waits() -> tuple[list[float], list[float], float]:
    """How long a viewer waits alone, and beside the bombs; and bombs a second."""
    async with house() as opened, opened.serving("app") as server:
        home = _post({"query": HOME}, server.sign_in(0))
        bombs = cycle([_post({"query": bomb[:FITS]}) for bomb in BOMBS.values()])
        viewer = _fleet(server, "home", lambda: home)
        attacker = _fleet(server, "bomb", lambda: next(bombs))
        await viewer.closed(1.0, 1)  # connections, caches, and what is imported late
        await viewer.settled()
        await viewer.closed(ALONE_S, 1)
        alone = await viewer.settled()
        await asyncio.gather(viewer.closed(ALONE_S, 1), attacker.closed(ALONE_S, 1))
        beside, sent = await viewer.settled(), await attacker.settled()
        viewer.close()
        attacker.close()
    if not all(answer.good for answer in (*alone, *beside)):
        raise AssertionError("A viewer was refused.")
    if any(b'"TOO_COMPLEX"' not in answer.body for answer in sent):
        raise AssertionError("A bomb was not refused by name.")
    took = [[answer.took_s * 1000 for answer in answers] for answers in (alone, beside)]
    return took[0], took[1], len(sent) / ALONE_S


def _fleet(server: Server, name: str, make: Callable[[], bytes]) -> Fleet:
    asks = [Ask(name, PriorityClass.STANDARD, 1.0, make)]
    return Fleet(server.port, asks, patience_s=PATIENCE_S)


def _post(body: dict[str, str], token: str | None = None) -> bytes:
    content = json.dumps(body, ensure_ascii=False).encode()
    head = "POST /graphql HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
    head += f"Authorization: Bearer {token}\r\n" if token else ""
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def _percentiles(took_ms: Sequence[float]) -> str:
    ordered = sorted(took_ms)
    return " and ".join(f"{ordered[len(ordered) * rank // 100]:.1f}" for rank in (50, 95))
