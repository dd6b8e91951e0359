"""Does the time of an answer tell who has an account?

A wrong password, and a registration, for an address that has an account and for one that has none:
in turns, one at a time, so that what else the machine does meets both alike.
"""

import asyncio
import http.client
import json
import time
from collections.abc import Callable
from ipaddress import IPv4Address
from itertools import count
from statistics import median
from typing import Any
from uuid import uuid4

from app.embedded.machine import LOOPBACK
from bench.house import HOUSEHOLDS, Server, email_of, house
from bench.report import Report
from domain.accounts import MOST_MAILED

ROUNDS = HOUSEHOLDS * MOST_MAILED  # as often as the known addresses may be asked about in an hour
MOST_APART_MS, MOST_APART = 8.0, 0.12  # one of them holds, or whoever asks often enough can tell
FIRST_ADDRESS = IPv4Address("198.18.0.1")  # RFC 2544: of benches; each request is another's

SIGN_IN = """mutation($input: SignInInput!) {
  signIn(input: $input) { ... on Problem { code } }
}"""
REGISTER = """mutation($input: RegisterInput!) {
  register(input: $input) { ... on Problem { code } }
}"""


def run() -> Report:
    """Takes about half a minute."""
    return asyncio.run(_run())


async def _run() -> Report:
    async with house() as opened, opened.serving("app") as server:
        rows = await asyncio.to_thread(_rows, server)
    return Report(
        "Does the time tell who has an account?",
        ("question", "known ms", "unknown ms", "apart ms", "apart"),
        rows,
        [f"medians of {ROUNDS} each; to be at most {MOST_APART_MS:g} ms or {MOST_APART:.0%} apart"],
    )


def _rows(server: Server) -> list[tuple[str, ...]]:
    callers = (str(FIRST_ADDRESS + number) for number in count())
    return [
        _row("wrong password", lambda email: _ask(server, SIGN_IN, _wrong(email), next(callers))),
        _row("registration", lambda email: _ask(server, REGISTER, _new(email), next(callers))),
    ]


def _row(question: str, ask: Callable[[str], float]) -> tuple[str, ...]:
    ask(_stranger())  # what is imported late, and the first connections to the stores
    known, unknown = list[float](), list[float]()
    for number in range(ROUNDS):
        turns = [(known, email_of(number % HOUSEHOLDS)), (unknown, _stranger())]
        for took, email in turns if number % 2 else reversed(turns):
            took.append(ask(email))
    known_ms, unknown_ms = median(known), median(unknown)
    apart_ms = abs(known_ms - unknown_ms)
    share = apart_ms / max(known_ms, unknown_ms)
    return (question, f"{known_ms:.1f}", f"{unknown_ms:.1f}", f"{apart_ms:.1f}", f"{share:.1%}")


def _ask(server: Server, document: str, asked: dict[str, Any], caller: str) -> float:
    """Milliseconds until the refusal is there. Raises RuntimeError when it was not looked at."""
    body = json.dumps({"query": document, "variables": {"input": asked}})
    headers = {"Content-Type": "application/json", "X-Forwarded-For": caller}
    connection = http.client.HTTPConnection(LOOPBACK, server.port)
    connection.connect()
    began = time.perf_counter()
    connection.request("POST", "/graphql", body, headers)
    answer = json.loads(connection.getresponse().read())
    took_ms = (time.perf_counter() - began) * 1000
    connection.close()
    [problem] = answer["data"].values()
    if problem["code"] not in ("UNAUTHENTICATED", "PENDING"):
        raise RuntimeError(f"A wrong password is answered with {problem['code']}.")
    return took_ms


def _wrong(email: str) -> dict[str, Any]:
    return {"email": email, "password": "not the one", "device": _device()}


def _new(email: str) -> dict[str, Any]:
    return _wrong(email) | {"profileName": "Viewer"}


def _device() -> dict[str, str]:
    return {"installationId": str(uuid4()), "kind": "TV", "name": "Bench", "appVersion": "1"}


def _stranger() -> str:
    return f"{uuid4().hex}@{email_of(0).partition('@')[2]}"
