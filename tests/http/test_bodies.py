import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from app.http import license
from app.http.admission import Admission
from app.http.problems import BODY_DEADLINE_S
from domain.ids import SessionId
from domain.tokens import LicenseClaims, issue_license

KID = "AAAAAAAAAAAAAAAAAAAAAQ"


@pytest.fixture
def doors(stores, house):
    return license.routes(stores, house, Admission())


@pytest.fixture
def token(house):
    """Of a session that is not there: no body of this file gets as far as looking for it."""
    ends = datetime.now(UTC) + timedelta(hours=1)
    return issue_license(house.token_keys, LicenseClaims(SessionId("pbs_" + "1" * 32), ends))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[" * 4000, 400),
        (b'{"kids":[NaN]}', 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b'{"kids":["%%%"]}', 400),
        (json.dumps({"kids": [KID] * 33}).encode(), 400),
        (b" " * 4097, 413),
        (b"x" * 5_000_000, 413),
    ],
    ids=lambda value: repr(value)[:20],
)
async def test_a_body_that_no_player_sends_is_refused_by_name(client, token, body, status):
    answer = await client.post(
        "/license/clearkey", content=body, headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status_code == status
    assert answer.json()["code"] == "INVALID_INPUT"


async def test_a_body_that_drips_is_cut_off_at_its_deadline(server, token):
    loop = asyncio.get_running_loop()

    asked_at = loop.time()
    status, answer = await server.send_raw(begin_post(token, b"Content-Length: 100") + b'{"kids":')
    took_s = loop.time() - asked_at

    # The answer was read to the end of the connection: the server has hung up.
    assert status == 408
    assert b"INVALID_INPUT" in answer
    assert BODY_DEADLINE_S <= took_s < BODY_DEADLINE_S + 3


async def test_a_body_without_end_is_cut_off_at_its_cap(server, token):
    chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"

    status, _ = await server.send_raw(begin_post(token, b"Transfer-Encoding: chunked") + chunk * 2)

    assert status == 413


async def test_a_stranger_cannot_hold_a_connection_by_an_unsent_body(server):
    # send_raw reads until the server hangs up, and fails when it does not.
    status, _ = await server.send_raw(begin_post("x", b"Content-Length: 100") + b"{")

    assert status == 403


def begin_post(token: str, length: bytes) -> bytes:
    return (
        b"POST /license/clearkey HTTP/1.1\r\nHost: x\r\n"
        + f"Authorization: Bearer {token}\r\n".encode()
        + length
        + b"\r\n\r\n"
    )
