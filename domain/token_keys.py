"""The keys a house proves with what it wrote: the first signs, and all of them are believed."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from domain import base64url

ALGORITHM = "EdDSA"  # the one and only: a token does not get to choose
_PEM_BEGIN = re.compile(r"(?=-----BEGIN)")  # a block goes from one to the next


class TokenKeys:
    """The keys of one house, and the name (`issuer`) it signs in. A key is known by its id."""

    def __init__(self, private_keys: Sequence[Ed25519PrivateKey], *, issuer: str) -> None:
        """At least one; the first signs."""
        self.issuer = issuer
        self._signing_key = private_keys[0]
        self.public_keys = {_thumbprint(key.public_key()): key.public_key() for key in private_keys}
        self.id = _thumbprint(private_keys[0].public_key())

    @classmethod
    def from_pem(cls, pem: str, *, issuer: str) -> "TokenKeys":
        """One key or several, one below the other. Raises ValueError for anything else."""
        keys = [load_pem_private_key(block.encode(), password=None) for block in pem_blocks(pem)]
        own = [key for key in keys if isinstance(key, Ed25519PrivateKey)]
        if not own or len(own) < len(keys):
            raise ValueError("A token key is not an Ed25519 key.")
        return cls(own, issuer=issuer)

    def sign(self, claims: dict[str, Any], typ: str) -> str:
        """`claims` as a token of this type."""
        headers = {"typ": typ, "kid": self.id}
        return jwt.encode(claims, self._signing_key, algorithm=ALGORITHM, headers=headers)

    def key_of(self, header: str, typ: str) -> Ed25519PublicKey | None:
        """The key of a token of this type that begins like this, None where none of ours does.

        It is compared as text and never parsed: a stranger's algorithm, key, `crit` or `jku` is
        simply not how our tokens begin.
        """
        for key_id, key in self.public_keys.items():
            # How the library writes it, which sorts names and leaves out spaces.
            ours = orjson.dumps({"alg": ALGORITHM, "kid": key_id, "typ": typ})
            if header == base64url.encode(ours):
                return key
        return None

    def jwks(self) -> dict[str, Any]:
        """What anybody may know of the keys, as a JSON Web Key Set (RFC 7517, 8037)."""
        own = {"alg": ALGORITHM, "use": "sig"}
        public = self.public_keys.items()
        return {"keys": [_public_jwk(key) | own | {"kid": key_id} for key_id, key in public]}


def pem_blocks(pem: str) -> list[str]:
    """Each key by itself; before the first there may be a comment."""
    return [block.strip() for block in _PEM_BEGIN.split(pem)[1:]]


def _public_jwk(public_key: Ed25519PublicKey) -> dict[str, str]:
    x = base64url.encode(public_key.public_bytes(Encoding.Raw, PublicFormat.Raw))
    return {"crv": "Ed25519", "kty": "OKP", "x": x}


def _thumbprint(public_key: Ed25519PublicKey) -> str:
    """RFC 7638 over the required members of RFC 8037, in lexical order, without spaces."""
    members = orjson.dumps(_public_jwk(public_key))
    return base64url.encode(hashlib.sha256(members).digest())
