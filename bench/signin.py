"""Does the time of an answer tell who has an account, and do others wait for who signs in?

A wrong password, a registration and a forgotten password, for an address that has an account and
for one that has none: in turns, one at a time, so that what else the machine does meets both alike.
Then a small query, alone and beside many who sign in without a pause.
"""

import asyncio
import http.client
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address
from itertools import count
from statistics import median, quantiles
from threading import Event
from typing import Any
from uuid import uuid4

from app.embedded.machine import LOOPBACK
from bench.house import HOUSEHOLDS, PASSWORD, Server, email_of, house
from bench.report import Report
from domain.accounts import MOST_MAILED, MOST_TRIES

# As often as the known addresses may be asked about in an hour, which two of the questions share.
SIGN_INS = HOUSEHOLDS * MOST_TRIES // 2
REGISTRATIONS, RESETS = HOUSEHOLDS * 3, HOUSEHOLDS * (MOST_MAILED - 3)
LOGINS = 16  # at a time: a school class that opens the app
QUERIES = 100  # enough for a p95 that one slow answer does not make
MOST_P95_MS = 150.0  # beside the logins: nobody notices
MOST_APART_MS, MOST_APART = 8.0, 0.12  # one of them holds, or whoever asks often enough can tell
FIRST_ADDRESS = IPv4Address("198.18.0.1")  # RFC 2544: of benches; each request is another's

SIGN_IN = """mutation($input: SignInInput!) {
  signIn(input: $input) { ... on Problem { code } }
}"""
REGISTER = """mutation($input: RegisterInput!) {
  register(input: $input) { ... on Problem { code } }
}"""
RESET = """mutation($email: String!) {
  requestPasswordReset(email: $email) { ... on Problem { code } }
}"""
QUERY = "{ viewer { account { email } } }"


def run() -> Report:
    """Takes about a minute."""
    return asyncio.run(_run())


async def _run() -> Report:
    async with house() as opened, opened.serving("app") as server:
        rows = await asyncio.to_thread(_rows, server)
        alone_ms, beside_ms, logins, refused = await asyncio.to_thread(_beside_logins, server)
    return Report(
        "Does the time tell who has an account?",
        ("question", "known ms", "unknown ms", "apart ms", "apart"),
        rows,
        [
            f"medians of {SIGN_INS}, {REGISTRATIONS} and {RESETS}, in a house without mail; to be"
            f" at most {MOST_APART_MS:g} ms or {MOST_APART:.0%} apart",
            f"a small query, p95 of {QUERIES}: {alone_ms:.1f} ms alone, {beside_ms:.1f} ms beside"
            f" {LOGINS} logins at a time ({logins} done, {refused} queries refused as OVERLOADED);"
            f" to be below {MOST_P95_MS:g} ms",
        ],
    )


def _rows(server: Server) -> list[tuple[str, ...]]:
    callers = (str(FIRST_ADDRESS + number) for number in count())
    return [
        _row(
            "wrong password",
            SIGN_INS,
            lambda email: _refused(server, SIGN_IN, {"input": _wrong(email)}, next(callers)),
        ),
        _row(
            "registration",
            REGISTRATIONS,
            lambda email: _refused(server, REGISTER, {"input": _new(email)}, next(callers)),
        ),
        _row(
            "forgotten password",
            RESETS,
            lambda email: _refused(server, RESET, {"email": email}, next(callers)),
        ),
    ]


def _beside_logins(server: Server) -> tuple[float, float, int, int]:
    """The p95 of a small query (ms), alone and beside logins; how many logins there were, and how
    many queries beside them were refused."""
    token = server.sign_in(0)
    alone_ms, _ = _p95_ms(server, token)
    is_over = Event()

    def login(number: int) -> int:
        wanted = _wrong(email_of(number % HOUSEHOLDS)) | {"password": PASSWORD}
        done = 0
        while not is_over.is_set():
            answer = _ask(server, SIGN_IN, {"input": wanted}, str(FIRST_ADDRESS + number))[1]
            done += answer == {"signIn": {}}
        return done

    with ThreadPoolExecutor(LOGINS) as pool:
        logins = [pool.submit(login, number) for number in range(LOGINS)]
        try:
            beside_ms, refused = _p95_ms(server, token)
        finally:
            is_over.set()
    return alone_ms, beside_ms, sum(each.result() for each in logins), refused


def _p95_ms(server: Server, token: str) -> tuple[float, int]:
    asked = [_ask(server, QUERY, {}, str(FIRST_ADDRESS), token) for _ in range(QUERIES)]
    return quantiles([ms for ms, _ in asked], n=20)[-1], sum(not data for _, data in asked)


def _row(question: str, rounds: int, ask: Callable[[str], float]) -> tuple[str, ...]:
    ask(_stranger())  # what is imported late, and the first connections to the stores
    known, unknown = list[float](), list[float]()
    for number in range(rounds):
        turns = [(known, email_of(number % HOUSEHOLDS)), (unknown, _stranger())]
        for took, email in turns if number % 2 else reversed(turns):
            took.append(ask(email))
    known_ms, unknown_ms = median(known), median(unknown)
    apart_ms = abs(known_ms - unknown_ms)
    share = apart_ms / max(known_ms, unknown_ms)
    return (question, f"{known_ms:.1f}", f"{unknown_ms:.1f}", f"{apart_ms:.1f}", f"{share:.1%}")


def _refused(server: Server, document: str, asked: dict[str, Any], caller: str) -> float:
    """Milliseconds until the refusal is there. Raises RuntimeError when it was not looked at."""
    took_ms, data = _ask(server, document, asked, caller)
    [problem] = (data or {"": {"code": "OVERLOADED"}}).values()
    if problem["code"] not in ("UNAUTHENTICATED", "PENDING"):
        raise RuntimeError(f"A question about an address is answered with {problem['code']}.")
    return took_ms


def _ask(
    server: Server, document: str, asked: dict[str, Any], caller: str, token: str | None = None
) -> tuple[float, Any]:
    """Milliseconds until the answer is there, and its data; none when the server was too busy.
    Raises RuntimeError for any other refusal."""
    body = json.dumps({"query": document, "variables": asked})
    headers = {"Content-Type": "application/json", "X-Forwarded-For": caller}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection(LOOPBACK, server.port)
    connection.connect()
    began = time.perf_counter()
    connection.request("POST", "/graphql", body, headers)
    answer = json.loads(connection.getresponse().read())
    took_ms = (time.perf_counter() - began) * 1000
    connection.close()
    for error in answer.get("errors", []):
        if error["extensions"]["code"] != "OVERLOADED":
            raise RuntimeError(f"A question is answered with {error}.")
    return took_ms, answer.get("data")


def _wrong(email: str) -> dict[str, Any]:
    return {"email": email, "password": "not the one", "device": _device()}


def _new(email: str) -> dict[str, Any]:
    return _wrong(email) | {"profileName": "Viewer"}


def _device() -> dict[str, str]:
    return {"installationId": str(uuid4()), "kind": "TV", "name": "Bench", "appVersion": "1"}


def _stranger() -> str:
    return f"{uuid4().hex}@{email_of(0).partition('@')[2]}"
