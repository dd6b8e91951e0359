import base64
import json
from uuid import UUID

import pytest

from domain.encoding import TrackClass
from domain.errors import InvalidInput, NotFound
from domain.licenses import StoredKey, allowed_keys, clearkey_license, parse_clearkey

AUDIO = StoredKey(UUID(int=1), TrackClass.AUDIO, b"wrapped audio")
SD = StoredKey(UUID(int=2), TrackClass.SD, b"wrapped sd")
HD = StoredKey(UUID(int=3), TrackClass.HD, b"wrapped hd")
FILM = [AUDIO, SD, HD]
FOREIGN = UUID(int=99)


def text_of(kid: UUID) -> str:
    return base64.urlsafe_b64encode(kid.bytes).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("max_height", "allowed"),
    [
        (360, [AUDIO, SD]),
        (719, [AUDIO, SD]),
        (720, [AUDIO, SD, HD]),
        (1080, [AUDIO, SD, HD]),
    ],
)
def test_a_session_may_have_the_keys_of_the_rungs_it_may_see(max_height, allowed):
    asked = [key.kid for key in FILM]

    assert allowed_keys(FILM, asked=asked, max_height=max_height) == allowed


def test_only_keys_that_were_asked_for_are_given():
    asked = [FOREIGN, SD.kid, SD.kid]

    assert allowed_keys(FILM, asked=asked, max_height=1080) == [SD]


@pytest.mark.parametrize("asked", [[HD.kid], [FOREIGN], [HD.kid, FOREIGN], []])
def test_nothing_to_give_is_one_refusal_whatever_the_reason(asked):
    with pytest.raises(NotFound) as refusal:
        allowed_keys(FILM, asked=asked, max_height=480)

    assert refusal.value.message == "This session has none of these keys."


def test_a_request_as_browsers_write_it_is_read():
    challenge = b'{"kids":["EAAAAAAAAAAAAAAAAAAAAQ","_____________________w"],"type":"temporary"}'

    assert parse_clearkey(challenge) == [
        UUID("10000000-0000-0000-0000-000000000001"),
        UUID(int=2**128 - 1),
    ]


def test_a_request_may_leave_out_its_type_and_may_carry_more():
    challenge = json.dumps({"kids": [text_of(SD.kid)], "later": {"x": [1]}}).encode()

    assert parse_clearkey(challenge) == [SD.kid]


GOOD = text_of(SD.kid)


@pytest.mark.parametrize(
    "challenge",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"NaN",
        b"7",
        b'"text"',
        b"[]",
        b"{}",
        b"[" * 4000,
        b'{"kids":' + b"[" * 4000,
        b'{"kids":[NaN]}',
        b'{"kids":["\\ud800"]}',
        b"{'kids':[]}",
        b'{"kids":[]}',
        b'{"kids":{}}',
        b'{"kids":"EAAAAAAAAAAAAAAAAAAAAQ"}',
        b'{"kids":null,"type":"temporary"}',
        json.dumps({"kids": [GOOD] * 33}).encode(),
        json.dumps({"kids": [GOOD], "type": "persistent-license"}).encode(),
        json.dumps({"kids": [GOOD], "type": ["temporary"]}).encode(),
        json.dumps({"kids": [GOOD, 7]}).encode(),
        json.dumps({"kids": [GOOD, None]}).encode(),
        json.dumps({"kids": [[GOOD]]}).encode(),
        json.dumps({"kids": [GOOD + "=="]}).encode(),
        json.dumps({"kids": [GOOD[:-1]]}).encode(),
        json.dumps({"kids": [GOOD[:-1] + "h"]}).encode(),
        json.dumps({"kids": [GOOD + "A"]}).encode(),
        json.dumps({"kids": [GOOD[:-2] + "+/"]}).encode(),
        json.dumps({"kids": [GOOD[:-1] + "\n"]}).encode(),
        json.dumps({"kids": [str(SD.kid)]}).encode(),
        json.dumps({"kids": [""]}).encode(),
        json.dumps({"kids": [GOOD], "pad": "x" * 4096}).encode(),
    ],
    ids=lambda challenge: repr(challenge[:48]),
)
def test_a_request_that_no_player_writes_is_refused_by_name(challenge):
    with pytest.raises(InvalidInput):
        parse_clearkey(challenge)


def test_a_license_is_the_json_web_key_set_that_players_read():
    answer = clearkey_license({SD.kid: bytes(range(240, 256))})

    assert json.loads(answer) == {
        "keys": [{"kty": "oct", "kid": text_of(SD.kid), "k": "8PHy8_T19vf4-fr7_P3-_w"}],
        "type": "temporary",
    }
