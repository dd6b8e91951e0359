"""Every way to write a token that somebody has once got past a library with."""

import hashlib
import hmac
import json

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.errors import TokenInvalid
from domain.token_keys import TokenKeys
from domain.tokens import issue_access, issue_license, read_access, read_license
from tests.forgery import (
    ACCESS,
    KEY,
    LICENSE,
    NOW,
    OWN_CLAIMS,
    OWN_HEADER,
    SECRET,
    STRANGER,
    forge,
    part,
)

# Two names alike: which of them counts, parsers do not agree on.
DOUBLED = b'{"alg":"%s","alg":"EdDSA","kid":"' + KEY.id.encode() + b'","typ":"at+jwt"}'
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_each_token_is_refused_at_the_other_door():
    with pytest.raises(TokenInvalid):
        read_license(KEY, issue_access(KEY, ACCESS), now=NOW)
    with pytest.raises(TokenInvalid):
        read_access(KEY, issue_license(KEY, LICENSE), now=NOW)


@pytest.mark.parametrize(
    "header",
    [
        *({**OWN_HEADER, "alg": alg} for alg in ("none", "None", "NONE", "nOnE", "", None)),
        {**OWN_HEADER, "alg": "HS256"},
        {**OWN_HEADER, "alg": "ES256"},
        {**OWN_HEADER, "alg": "eddsa"},
        {**OWN_HEADER, "typ": "JWT"},
        {**OWN_HEADER, "typ": "AT+JWT"},
        {**OWN_HEADER, "typ": "application/at+jwt"},
        {**OWN_HEADER, "typ": "license+jwt"},
        {**OWN_HEADER, "kid": "another"},
        {**OWN_HEADER, "kid": 7},
        {**OWN_HEADER, "crit": ["exp"]},
        {**OWN_HEADER, "crit": ["b64"], "b64": False},
        {**OWN_HEADER, "jku": "https://evil.test/keys"},
        {**OWN_HEADER, "x5u": "https://evil.test/cert"},
        {**OWN_HEADER, "jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}},
        {**OWN_HEADER, "zip": "DEF"},
        {**OWN_HEADER, "x5c": ["AAAA"]},
        {**OWN_HEADER, "b64": True},
        {**OWN_HEADER, "cty": "JWT"},
        dict(reversed(OWN_HEADER.items())),
        json.dumps(OWN_HEADER).encode(),  # with spaces
        DOUBLED % b"none",
        DOUBLED % b"EdDSA",
        {"alg": "EdDSA", "typ": "at+jwt"},
        {"alg": "EdDSA", "kid": KEY.id},
        [],
        None,
        b"\xff\xfe",
        b"[" * 1400,
    ],
    ids=lambda header: str(header)[-40:],
)
def test_a_header_that_is_not_ours_is_refused_even_under_our_signature(header):
    with pytest.raises(TokenInvalid):
        read_access(KEY, forge(header, OWN_CLAIMS), now=NOW)


def test_a_token_without_a_signature_is_refused():
    body = f"{part({**OWN_HEADER, 'alg': 'none'})}.{part(OWN_CLAIMS)}"

    for token in (f"{body}.", body, f"{part(OWN_HEADER)}.{part(OWN_CLAIMS)}."):
        with pytest.raises(TokenInvalid):
            read_access(KEY, token, now=NOW)


@pytest.mark.parametrize("algorithm", ["HS256", "EdDSA"])
def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused(algorithm):
    public = SECRET.public_key()
    secrets = [
        public.public_bytes(Encoding.Raw, PublicFormat.Raw),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    ]
    body = f"{part({**OWN_HEADER, 'alg': algorithm})}.{part(OWN_CLAIMS)}"

    for secret in secrets:
        signature = hmac.digest(secret, body.encode(), hashlib.sha256)
        with pytest.raises(TokenInvalid):
            read_access(KEY, f"{body}.{part(signature)}", now=NOW)


def test_a_token_of_another_key_is_refused_whatever_key_it_names():
    theirs = TokenKeys([STRANGER], issuer="http://house.test")

    for token in (issue_access(theirs, ACCESS), forge(OWN_HEADER, OWN_CLAIMS, STRANGER)):
        with pytest.raises(TokenInvalid):
            read_access(KEY, token, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "http://house.test.evil"},
        {"iss": ["http://house.test"]},
        {"iss": None},
        {"aud": "license"},
        {"aud": ["marquee"]},
        {"aud": None},
        {"exp": None},
        {"exp": "1795377600"},
        {"exp": 1795377600.5},
        {"exp": True},
        {"exp": 10**30},
        {"sub": None},
        {"sub": "dev_" + "2" * 32},
        {"sub": 7},
        {"did": None},
        {"did": "nobody"},
        {"pid": "acc_" + "1" * 32},
        {"pid": ["pro_" + "3" * 32]},
        {"iat": None},
        {"iat": "now"},
        {"iat": -1},
        {"nbf": "1795377600"},
        {"nbf": None},
        {"epo": None},
        {"epo": "7"},
        {"epo": True},
        {"epo": 7.0},
        {"kids": None},
        {"kids": 0},
        {"kids": "false"},
    ],
    ids=str,
)
def test_claims_that_are_not_ours_are_refused_even_under_our_signature(change):
    with pytest.raises(TokenInvalid):
        read_access(KEY, forge(OWN_HEADER, OWN_CLAIMS | change), now=NOW)


@pytest.mark.parametrize("claims", [[], "text", 7, None, b"\xff", b"[" * 1000, b""], ids=repr)
def test_a_payload_that_is_no_object_is_refused(claims):
    with pytest.raises(TokenInvalid):
        read_access(KEY, forge(OWN_HEADER, claims), now=NOW)


def test_every_changed_character_is_refused():
    token = issue_access(KEY, ACCESS)

    for at in range(len(token)):
        for other in {"A", "B", "_", ".", "=", " ", "é"} - {token[at]}:
            with pytest.raises(TokenInvalid):
                read_access(KEY, token[:at] + other + token[at + 1 :], now=NOW)


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a.b", "a.b.c", "\ud800", "a" * 100_000, "Bearer x"],
    ids=lambda t: t[:9],
)
def test_a_text_that_is_no_token_is_refused(text):
    with pytest.raises(TokenInvalid):
        read_access(KEY, text, now=NOW)


@pytest.mark.parametrize("tail", ["=", "==", "\n", " ", ".", ".x"], ids=repr)
def test_a_token_with_something_behind_it_is_refused(tail):
    with pytest.raises(TokenInvalid):
        read_access(KEY, issue_access(KEY, ACCESS) + tail, now=NOW)


def test_what_the_library_itself_makes_without_a_signature_is_refused():
    headers = {"kid": KEY.id, "typ": "at+jwt"}

    token = jwt.encode(OWN_CLAIMS, None, algorithm="none", headers=headers)

    with pytest.raises(TokenInvalid):
        read_access(KEY, token, now=NOW)


def test_a_signature_has_one_spelling():
    """64 bytes are 85 characters and a third: the last has four bits that say nothing, which the
    library looks at."""
    token = issue_access(KEY, ACCESS)

    good = []
    for character in ALPHABET:
        try:
            read_access(KEY, token[:-1] + character, now=NOW)
            good.append(character)
        except TokenInvalid:
            pass

    assert good == [token[-1]]


@pytest.mark.parametrize("space", [" ", "\t", "\n", "\r\n", "\u00a0", "\0"], ids=repr)
def test_white_space_is_no_part_of_a_token(space):
    token = issue_access(KEY, ACCESS)

    for spaced in (space + token, token + space, token.replace(".", "." + space)):
        with pytest.raises(TokenInvalid):
            read_access(KEY, spaced, now=NOW)


def test_a_token_longer_than_any_of_ours_is_refused_before_it_is_read():
    fits = forge(OWN_HEADER, OWN_CLAIMS | {"more": "x" * 1000})
    too_long = forge(OWN_HEADER, OWN_CLAIMS | {"more": "x" * 1300})

    assert len(fits) < 2048 < len(too_long)
    assert read_access(KEY, fits, now=NOW) == ACCESS
    with pytest.raises(TokenInvalid):
        read_access(KEY, too_long, now=NOW)


def test_the_parts_of_two_good_tokens_make_no_third():
    one = issue_access(KEY, ACCESS).split(".")
    other = forge(OWN_HEADER, OWN_CLAIMS | {"kids": True}).split(".")

    for mixed in ([one[0], one[1], other[2]], [one[0], other[1], one[2]]):
        with pytest.raises(TokenInvalid):
            read_access(KEY, ".".join(mixed), now=NOW)
