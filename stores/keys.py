"""Content keys at rest: wrapped by a master key that the database never sees."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MASTER_KEY_BYTES = 32  # AES-256; the cipher would take a shorter one, and say nothing
NONCE_BYTES = 12  # the size AES-GCM is specified for


class KeyUnreadable(Exception):
    """The wrapped key was changed, belongs to another id, or another master key made it."""


def open_keys(url: str) -> "Keys":
    """The master key in the file behind `url`: 32 bytes in hexadecimal.

    Raises ValueError when it is none, and OSError when it cannot be read.
    """
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise ValueError(f"KEYS_URL must be a file: URL, not {parts.scheme}:.")
    file = Path(unquote(parts.path))
    try:
        master_key = bytes.fromhex(file.read_text().strip())
    except ValueError:  # which has a part of the text in it
        master_key = b""
    if len(master_key) != MASTER_KEY_BYTES:
        raise ValueError(f"The master key {file} is not 32 bytes in hexadecimal.")
    return Keys(master_key)


class Keys:
    """AES-256-GCM under the master key, bound to the key id so that rows cannot be swapped."""

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(master_key)

    def wrap(self, kid: UUID, key: bytes) -> bytes:
        """A nonce and the sealed key, to be stored."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, kid.bytes)

    def unwrap(self, kid: UUID, wrapped: bytes) -> bytes:
        """The content key. Raises KeyUnreadable."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], kid.bytes)
        except InvalidTag as error:
            raise KeyUnreadable(str(kid)) from error
