"""Tokens by somebody who knows how ours are made, with or without the key."""

import base64
import json
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.ids import AccountId, DeviceId, ProfileId, SessionId
from domain.token_keys import TokenKeys
from domain.tokens import AccessClaims, LicenseClaims

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
