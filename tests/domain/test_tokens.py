import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from domain.errors import TokenExpired, TokenInvalid
from domain.ids import AccountId, DeviceId, ProfileId, SessionId
from domain.token_keys import TokenKeys
from domain.tokens import (
    AccessClaims,
    LicenseClaims,
    issue_access,
    issue_license,
    read_access,
    read_license,
)

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = TokenKeys([SECRET], issuer="http://house.test")
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
ACCESS = AccessClaims(
    account_id=AccountId("acc_" + "1" * 32),
    device_id=DeviceId("dev_" + "2" * 32),
    profile_id=ProfileId("pro_" + "3" * 32),
    kids=False,
    epoch=7,
    issued_at=NOW,
    expires_at=NOW + timedelta(minutes=10),
)
LICENSE = LicenseClaims(SessionId("pbs_" + "4" * 32), NOW + timedelta(hours=12))
OWN_HEADER = {"alg": "EdDSA", "kid": KEY.id, "typ": "at+jwt"}
OWN_CLAIMS = {
    "iss": "http://house.test",
    "aud": "marquee",
    "exp": int(ACCESS.expires_at.timestamp()),
    "sub": ACCESS.account_id,
    "did": ACCESS.device_id,
    "kids": False,
    "epo": 7,
    "iat": int(NOW.timestamp()),
    "pid": ACCESS.profile_id,
}


def part(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":"))
    text = raw.encode() if isinstance(raw, str) else raw
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def forge(header: object, claims: object, secret: Ed25519PrivateKey = SECRET) -> str:
    """A token with a good signature by `secret`, whatever it says."""
    body = f"{part(header)}.{part(claims)}"
    return f"{body}.{part(secret.sign(body.encode()))}"


def test_an_access_token_gives_back_what_was_put_in():
    token = issue_access(KEY, ACCESS)

    assert read_access(KEY, token, now=NOW) == ACCESS


def test_an_access_token_works_before_a_profile_is_chosen():
    claims = replace(ACCESS, profile_id=None)

    assert read_access(KEY, issue_access(KEY, claims), now=NOW) == claims


def test_a_license_token_gives_back_what_was_put_in():
    token = issue_license(KEY, LICENSE)

    assert read_license(KEY, token, now=NOW) == LICENSE


def test_the_forger_of_these_tests_writes_what_the_house_writes():
    assert forge(OWN_HEADER, OWN_CLAIMS) == issue_access(KEY, ACCESS)


def test_a_token_is_good_until_its_last_second_and_not_at_its_end():
    token = issue_access(KEY, ACCESS)

    assert read_access(KEY, token, now=ACCESS.expires_at - timedelta(microseconds=1)) == ACCESS
    with pytest.raises(TokenExpired):
        read_access(KEY, token, now=ACCESS.expires_at)


def test_the_key_id_is_the_thumbprint_of_rfc_8037():
    d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="  # appendix A.1 and A.3
    key = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(d))

    assert TokenKeys([key], issuer="x").id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_key_is_read_from_its_pem_file():
    pem = SECRET.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    key = TokenKeys.from_pem(pem, issuer="http://house.test")

    assert read_access(key, issue_access(KEY, ACCESS), now=NOW) == ACCESS


def test_a_pem_file_of_another_kind_of_key_is_refused():
    other = generate_private_key(SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    with pytest.raises(ValueError, match="not an Ed25519 key"):
        TokenKeys.from_pem(pem, issuer="x")


def test_each_token_is_refused_at_the_other_door():
    with pytest.raises(TokenInvalid):
        read_license(KEY, issue_access(KEY, ACCESS), now=NOW)
    with pytest.raises(TokenInvalid):
        read_access(KEY, issue_license(KEY, LICENSE), now=NOW)


@pytest.mark.parametrize(
    "header",
    [
        {**OWN_HEADER, "alg": "none"},
        {**OWN_HEADER, "alg": "HS256"},
        {**OWN_HEADER, "alg": "ES256"},
        {**OWN_HEADER, "alg": "eddsa"},
        {**OWN_HEADER, "typ": "JWT"},
        {**OWN_HEADER, "typ": "license+jwt"},
        {**OWN_HEADER, "kid": "another"},
        {**OWN_HEADER, "kid": 7},
        {**OWN_HEADER, "crit": ["exp"]},
        {**OWN_HEADER, "crit": ["b64"], "b64": False},
        {**OWN_HEADER, "jku": "https://evil.test/keys"},
        {**OWN_HEADER, "x5u": "https://evil.test/cert"},
        {**OWN_HEADER, "jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}},
        {**OWN_HEADER, "zip": "DEF"},
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


def test_any_jwt_library_can_read_an_access_token():
    token = issue_access(KEY, ACCESS)

    # The clock of the library is the real one; the rest is checked by it.
    claims = jwt.decode(
        token,
        SECRET.public_key(),
        algorithms=["EdDSA"],
        audience="marquee",
        issuer="http://house.test",
        options={"verify_exp": False},
    )

    assert claims == OWN_CLAIMS
