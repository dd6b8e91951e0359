import asyncio
import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select, update

from app.http import license
from app.http.problems import BODY_DEADLINE_S
from domain.encoding import TrackClass
from domain.ids import MediaId, SessionId
from domain.tokens import (
    AccessClaims,
    LicenseClaims,
    TokenKey,
    issue_access,
    issue_license,
)
from stores import tables
from tests.http.conftest import client_of, serving

AUDIO, SD, HD, FOREIGN = (UUID(int=number) for number in (1, 2, 3, 99))
KEYS = {AUDIO: b"a" * 16, SD: b"s" * 16, HD: b"h" * 16}
SESSION = SessionId("pbs_" + "1" * 32)
LOW_SESSION = SessionId("pbs_" + "2" * 32)
FOREIGN_SESSION = SessionId("pbs_" + "3" * 32)
NOWHERE = SessionId("pbs_" + "4" * 32)


@dataclass(frozen=True)
class Film:
    """A published film and its keys, as they lie in the database."""

    title_id: str
    media_id: MediaId
    keys: dict[UUID, tuple[TrackClass, bytes]]


OURS = Film(
    "mov_" + "1" * 32,
    MediaId("med_" + "1" * 32),
    {
        AUDIO: (TrackClass.AUDIO, KEYS[AUDIO]),
        SD: (TrackClass.SD, KEYS[SD]),
        HD: (TrackClass.HD, KEYS[HD]),
    },
)
OTHER = Film("mov_" + "2" * 32, MediaId("med_" + "2" * 32), {FOREIGN: (TrackClass.SD, b"f" * 16)})


@pytest.fixture
async def doors(stores, house):
    """Two films; three open sessions: of 1080 and 480 lines of ours, and one of the other film."""
    now = datetime.now(UTC)
    account, profile, device = ("acc_" + "1" * 32, "pro_" + "1" * 32, "dev_" + "1" * 32)
    async with stores.begin() as tx:
        await tx.execute(
            insert(tables.accounts).values(
                id=account, email="a@b", password_hash="x", tier="BASIC", created_at=now
            )
        )
        await tx.execute(
            insert(tables.profiles).values(
                id=profile,
                account_id=account,
                name="Ada",
                kids=False,
                maturity_age=18,
                ui_locale="en",
                created_at=now,
            )
        )
        await tx.execute(
            insert(tables.devices).values(
                id=device,
                account_id=account,
                installation_id="x",
                kind="TV",
                name="TV",
                app_version="1",
                refresh_token_hash=b"x",
                refresh_expires_at=now,
                last_seen_at=now,
            )
        )
        for film in (OURS, OTHER):
            await _publish(tx, stores, film, now)
        for session_id, film, height in (
            (SESSION, OURS, 1080),
            (LOW_SESSION, OURS, 480),
            (FOREIGN_SESSION, OTHER, 1080),
        ):
            await tx.execute(
                insert(tables.playback_sessions).values(
                    id=session_id,
                    account_id=account,
                    profile_id=profile,
                    device_id=device,
                    playable_id=film.title_id,
                    media_id=film.media_id,
                    idempotency_key=session_id,
                    max_height=height,
                    position_ms=0,
                    sequence=-1,
                    started_at=now,
                )
            )
    for session_id in (SESSION, LOW_SESSION, FOREIGN_SESSION):
        await stores.leases.renew(session_id)
    return license.routes(stores, house)


async def _publish(tx, stores, film, now):
    await tx.execute(
        insert(tables.titles).values(
            id=film.title_id,
            kind="MOVIE",
            name="Film",
            synopsis="",
            certification_age=0,
            runtime_ms=1000,
            published_at=now,
            created_at=now,
        )
    )
    await tx.execute(
        insert(tables.media).values(
            id=film.media_id,
            title_id=film.title_id,
            duration_ms=1000,
            published_at=now,
            created_at=now,
        )
    )
    for kid, (track_class, key) in film.keys.items():
        await tx.execute(
            insert(tables.content_keys).values(
                kid=kid,
                media_id=film.media_id,
                track_class=track_class,
                wrapped_key=stores.keys.wrap(kid, key),
            )
        )


@pytest.fixture
async def client(doors):
    async with client_of(doors) as client:
        yield client


@pytest.fixture
def token_of(house):
    def token_of(session_id: SessionId, lifetime: timedelta = timedelta(hours=1)) -> str:
        expires_at = datetime.now(UTC) + lifetime
        return issue_license(house.token_key, LicenseClaims(session_id, expires_at))

    return token_of


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def challenge(*kids: UUID) -> bytes:
    return json.dumps({"kids": [text_of(kid.bytes) for kid in kids], "type": "temporary"}).encode()


async def ask(client, token: str, *kids: UUID):
    return await client.post(
        "/license/clearkey",
        content=challenge(*kids),
        headers={"Authorization": f"Bearer {token}"},
    )


async def test_a_clearkey_player_gets_the_keys_it_asked_for(client, token_of):
    answer = await ask(client, token_of(SESSION), AUDIO, SD, HD)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert sorted(answer.json()["keys"], key=lambda key: key["kid"]) == [
        {"kty": "oct", "kid": text_of(kid.bytes), "k": text_of(key)} for kid, key in KEYS.items()
    ]


async def test_a_session_of_few_lines_gets_no_key_of_the_better_picture(client, token_of):
    answer = await ask(client, token_of(LOW_SESSION), AUDIO, SD, HD)

    kids = {key["kid"] for key in answer.json()["keys"]}
    assert kids == {text_of(AUDIO.bytes), text_of(SD.bytes)}


@pytest.mark.parametrize("kid", list(KEYS), ids=["audio", "sd", "hd"])
async def test_an_hls_player_gets_the_sixteen_bytes_of_a_key(client, token_of, kid):
    answer = await client.get(f"/license/key/{kid.hex}", params={"token": token_of(SESSION)})

    assert answer.status_code == 200
    assert answer.content == KEYS[kid]
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_key_of_another_film_or_height_is_refused_like_one_that_never_was(client, token_of):
    low = token_of(LOW_SESSION)
    asked = [HD.hex, FOREIGN.hex, UUID(int=77).hex, "nothing", "0" * 33, str(SD), SD.hex + "%20"]

    by_hls = [await client.get(f"/license/key/{kid}", params={"token": low}) for kid in asked]
    by_clearkey = [await ask(client, low, kid) for kid in (HD, FOREIGN, UUID(int=77))]

    answers = {(answer.status_code, answer.text) for answer in by_hls + by_clearkey}
    assert answers == {
        (404, '{"code":"NOT_FOUND","message":"This session has none of these keys."}')
    }


async def test_the_token_of_another_session_opens_that_film_only(client, token_of):
    theirs = token_of(FOREIGN_SESSION)

    own = await client.get(f"/license/key/{FOREIGN.hex}", params={"token": theirs})
    ours = await client.get(f"/license/key/{SD.hex}", params={"token": theirs})

    assert (own.status_code, own.content) == (200, b"f" * 16)
    assert ours.status_code == 404


async def test_a_session_that_ended_gets_no_more_keys(client, token_of, stores):
    async with stores.begin() as tx:
        await tx.execute(
            update(tables.playback_sessions)
            .where(tables.playback_sessions.c.id == SESSION)
            .values(ended_at=datetime.now(UTC))
        )

    await assert_lost(client, token_of(SESSION))


async def test_a_session_whose_lease_ran_out_gets_no_more_keys(client, token_of, stores):
    await stores.leases.release(SESSION)

    await assert_lost(client, token_of(SESSION))


async def test_a_session_that_never_was_is_lost_too(client, token_of):
    await assert_lost(client, token_of(NOWHERE))


async def assert_lost(client, token):
    by_clearkey = await ask(client, token, SD)
    by_hls = await client.get(f"/license/key/{SD.hex}", params={"token": token})

    for answer in (by_clearkey, by_hls):
        assert answer.status_code == 403
        assert answer.json() == {
            "code": "SESSION_LOST",
            "message": "This session has ended; start playback again.",
        }


async def test_a_license_door_opens_to_license_tokens_of_this_house_only(client, house, token_of):
    stranger = TokenKey(Ed25519PrivateKey.generate(), issuer=house.public_url)
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    access = AccessClaims("acc_" + "1" * 32, "dev_" + "1" * 32, None, in_an_hour)
    good = token_of(SESSION)
    refused = {
        "TOKEN_INVALID": [
            issue_license(stranger, LicenseClaims(SESSION, in_an_hour)),
            issue_access(house.token_key, access),
            good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1],
            "nonsense",
        ],
        "TOKEN_EXPIRED": [token_of(SESSION, timedelta(seconds=-1))],
    }

    for code, tokens in refused.items():
        for token in tokens:
            by_clearkey = await ask(client, token, SD)
            by_hls = await client.get(f"/license/key/{SD.hex}", params={"token": token})
            for answer in (by_clearkey, by_hls):
                assert (answer.status_code, answer.json()["code"]) == (403, code)
                assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("header", [None, "", "Basic abc", "bearer", "Token x"])
async def test_a_request_without_a_bearer_token_is_told_so(client, header):
    headers = {} if header is None else {"Authorization": header}

    answer = await client.post("/license/clearkey", content=challenge(SD), headers=headers)

    assert answer.status_code == 401
    assert answer.json()["code"] == "UNAUTHENTICATED"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[" * 4000, 400),
        (b'{"kids":[NaN]}', 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b'{"kids":["%%%"]}', 400),
        (challenge(*[SD] * 33), 400),
        (b" " * 4097, 413),
        (b"x" * 5_000_000, 413),
    ],
    ids=lambda value: repr(value)[:20],
)
async def test_a_body_that_no_player_sends_is_refused_by_name(client, token_of, body, status):
    answer = await client.post(
        "/license/clearkey", content=body, headers={"Authorization": f"Bearer {token_of(SESSION)}"}
    )

    assert answer.status_code == status
    assert answer.json()["code"] == "INVALID_INPUT"


async def test_a_body_that_drips_is_cut_off_at_its_deadline(doors, token_of):
    async with serving(doors) as server:
        asked_at = asyncio.get_running_loop().time()
        status, answer = await server.send_raw(
            b"POST /license/clearkey HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
            b"Authorization: Bearer " + token_of(SESSION).encode() + b'\r\n\r\n{"kids":'
        )
        took_s = asyncio.get_running_loop().time() - asked_at

    # The answer was read to the end of the connection: the server has hung up.
    assert status == 408
    assert b"INVALID_INPUT" in answer
    assert BODY_DEADLINE_S <= took_s < BODY_DEADLINE_S + 3


async def test_a_body_without_end_is_cut_off_at_its_cap(doors, token_of):
    chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"

    async with serving(doors) as server:
        status, _ = await server.send_raw(
            b"POST /license/clearkey HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            b"Authorization: Bearer " + token_of(SESSION).encode() + b"\r\n\r\n" + chunk * 2
        )

    assert status == 413


async def test_a_player_on_another_origin_may_send_its_token(client):
    answer = await client.options(
        "/license/clearkey",
        headers={
            "Origin": "http://tv.test",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert "POST" in answer.headers["access-control-allow-methods"]


async def test_a_key_at_rest_is_not_the_key_that_is_given(doors, stores):
    async with stores.begin() as tx:
        rows = (await tx.execute(select(tables.content_keys))).all()

    assert len(rows) == 4
    for row in rows:
        assert len(row.wrapped_key) == 12 + 16 + 16  # nonce, key, tag
        for plain in (*KEYS.values(), b"f" * 16):
            assert plain not in row.wrapped_key
