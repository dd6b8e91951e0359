"""Bytes as text that fits into addresses and tokens: base64url without padding (RFC 7515, 2)."""

import base64


def encode(raw: bytes) -> str:
    """`raw` in the one spelling it has."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """What `text` spells. Raises ValueError unless it is exactly what `encode` would write."""
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(raw) != text:
        raise ValueError("not base64url")
    return raw
