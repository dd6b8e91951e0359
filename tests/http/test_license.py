import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.http import license
from app.http.admission import Admission
from domain import ids
from domain.accounts import DeviceInput, DeviceKind
from domain.encoding import TrackClass
from domain.ids import AccountId, DeviceId, MediaId, SessionId
from domain.token_keys import TokenKeys
from domain.tokens import AccessClaims, LicenseClaims, issue_access, issue_license
from stores import tables
from stores.sql import playback
from stores.sql.devices import register_device
from stores.sql.playback import NewSession
from tests import factories
from tests.factories import NOW, Film

DEVICE = DeviceInput("installation", DeviceKind.TV, "The big one", "1.0")
UNKNOWN = UUID(int=77)


@dataclass(frozen=True)
class Cinema:
    """Two films, and who is watching: ours at 1080 lines and at 480, the other one at 1080."""

    film: Film
    other: Film
    session: SessionId
    low_session: SessionId
    foreign_session: SessionId

    @property
    def audio(self) -> UUID:
        return self.film.keys[TrackClass.AUDIO][0]

    @property
    def sd(self) -> UUID:
        return self.film.keys[TrackClass.SD][0]

    @property
    def hd(self) -> UUID:
        return self.film.keys[TrackClass.HD][0]

    @property
    def foreign(self) -> tuple[UUID, bytes]:
        return self.other.keys[TrackClass.SD]


@pytest.fixture
async def cinema(stores):
    household = await factories.household(stores)
    film, other = await factories.movie(stores, "Ours"), await factories.movie(stores, "Other")
    async with stores.begin() as tx:
        device = await register_device(tx, household.account_id, DEVICE, NOW)
        sessions = []
        for played, max_height in ((film, 1080), (film, 480), (other, 1080)):
            asked = NewSession(
                id=SessionId(ids.make(ids.Prefix.SESSION, uuid4())),
                account_id=household.account_id,
                profile_id=household.profiles["Ada"],
                device_id=device.id,
                playable_id=played.id,
                media_id=MediaId(played.media_id),
                idempotency_key=str(uuid4()),
                max_height=max_height,
                position_ms=0,
            )
            session, _ = await playback.open_session(tx, asked, NOW)
            sessions.append(session.id)
    for session_id in sessions:
        await stores.leases.renew(session_id)
    return Cinema(film, other, *sessions)


@pytest.fixture
def doors(stores, house):
    return license.routes(stores, house, Admission())


@pytest.fixture
def token_of(house):
    def token_of(session_id: SessionId, lifetime: timedelta = timedelta(hours=1)) -> str:
        expires_at = datetime.now(UTC) + lifetime
        return issue_license(house.token_keys, LicenseClaims(session_id, expires_at))

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


async def test_a_clearkey_player_gets_the_keys_it_asked_for(client, token_of, cinema):
    answer = await ask(client, token_of(cinema.session), cinema.audio, cinema.sd, cinema.hd)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    given = {key["kid"]: key["k"] for key in answer.json()["keys"]}
    assert given == {text_of(kid.bytes): text_of(key) for kid, key in cinema.film.keys.values()}


async def test_a_session_of_few_lines_gets_no_key_of_the_better_picture(client, token_of, cinema):
    answer = await ask(client, token_of(cinema.low_session), cinema.audio, cinema.sd, cinema.hd)

    kids = {key["kid"] for key in answer.json()["keys"]}
    assert kids == {text_of(cinema.audio.bytes), text_of(cinema.sd.bytes)}


@pytest.mark.parametrize("track_class", TrackClass)
async def test_an_hls_player_gets_the_sixteen_bytes_of_a_key(client, token_of, cinema, track_class):
    kid, key = cinema.film.keys[track_class]

    answer = await client.get(f"/license/key/{kid.hex}", params={"token": token_of(cinema.session)})

    assert answer.status_code == 200
    assert answer.content == key
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_key_of_another_film_or_height_is_refused_like_one_that_never_was(
    client, token_of, cinema
):
    low = token_of(cinema.low_session)
    foreign, _ = cinema.foreign
    kids = [cinema.hd, foreign, UNKNOWN]
    odd = ["nothing", "0" * 33, str(cinema.sd), cinema.sd.hex + "%20", cinema.sd.hex.upper()]
    asked = [*(kid.hex for kid in kids), *odd]

    by_hls = [await client.get(f"/license/key/{kid}", params={"token": low}) for kid in asked]
    by_clearkey = [await ask(client, low, kid) for kid in kids]

    answers = {(answer.status_code, answer.text) for answer in by_hls + by_clearkey}
    assert answers == {
        (404, '{"code":"NOT_FOUND","message":"This session has none of these keys."}')
    }


async def test_the_token_of_another_session_opens_that_film_only(client, token_of, cinema):
    theirs = token_of(cinema.foreign_session)

    kid, key = cinema.foreign

    own = await client.get(f"/license/key/{kid.hex}", params={"token": theirs})
    ours = await client.get(f"/license/key/{cinema.sd.hex}", params={"token": theirs})

    assert (own.status_code, own.content) == (200, key)
    assert ours.status_code == 404


async def test_a_session_that_ended_gets_no_more_keys(client, token_of, stores, cinema):
    async with stores.begin() as tx:
        await playback.end_session(tx, cinema.session, 0, NOW)

    await assert_lost(client, cinema, token_of(cinema.session))


async def test_a_session_whose_lease_ran_out_gets_no_more_keys(client, token_of, stores, cinema):
    await stores.leases.release(cinema.session)

    await assert_lost(client, cinema, token_of(cinema.session))


async def test_a_session_that_never_was_is_lost_too(client, token_of, cinema):
    await assert_lost(client, cinema, token_of(SessionId("pbs_" + "0" * 32)))


async def assert_lost(client, cinema, token):
    by_clearkey = await ask(client, token, cinema.sd)
    by_hls = await client.get(f"/license/key/{cinema.sd.hex}", params={"token": token})

    for answer in (by_clearkey, by_hls):
        assert answer.status_code == 403
        assert answer.json() == {
            "code": "SESSION_LOST",
            "message": "This session has ended; start playback again.",
        }


async def test_a_license_door_opens_to_license_tokens_of_this_house_only(
    client, house, token_of, cinema
):
    stranger = TokenKeys([Ed25519PrivateKey.generate()], issuer=house.public_url)
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    account, device = AccountId("acc_" + "1" * 32), DeviceId("dev_" + "1" * 32)
    access = AccessClaims(account, device, None, False, 1, NOW, in_an_hour)
    good = token_of(cinema.session)
    refused = {
        "TOKEN_INVALID": [
            issue_license(stranger, LicenseClaims(cinema.session, in_an_hour)),
            issue_access(house.token_keys, access),
            good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1],
            "nonsense",
        ],
        "TOKEN_EXPIRED": [token_of(cinema.session, timedelta(seconds=-1))],
    }

    for code, tokens in refused.items():
        for token in tokens:
            by_clearkey = await ask(client, token, cinema.sd)
            by_hls = await client.get(f"/license/key/{cinema.sd.hex}", params={"token": token})
            for answer in (by_clearkey, by_hls):
                assert (answer.status_code, answer.json()["code"]) == (403, code)
                assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("header", [None, "", "Basic abc", "bearer", "Token x"])
async def test_a_request_without_a_bearer_token_is_told_so(client, header):
    headers = {} if header is None else {"Authorization": header}

    answer = await client.post("/license/clearkey", content=challenge(UNKNOWN), headers=headers)

    assert answer.status_code == 401
    assert answer.json()["code"] == "UNAUTHENTICATED"
    assert answer.headers["www-authenticate"] == "Bearer"


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


async def test_a_key_at_rest_is_not_the_key_that_is_given(stores, cinema):
    stored = await factories.fetch(stores, tables.content_keys)

    plain = [key for film in (cinema.film, cinema.other) for _, key in film.keys.values()]
    assert len(stored) == len(plain) == 6
    for row in stored:
        assert len(row.wrapped_key) == 12 + 16 + 16  # nonce, key, tag
        assert not [key for key in plain if key in row.wrapped_key]
