"""The folder a house lives in: one house at a time, its secrets, and what it says while it runs."""

import fcntl
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.embedded.machine import write_secret
from settings import CannotStart

PASSWORD_BYTES = 32  # nobody types it, so it may be as long as a key
NEEDS_THE_SECRETS = ("postgres", "objects")  # data that is lost without them


def _is_ed25519_pem(text: str) -> bool:
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except ValueError:
        return False
    return isinstance(key, Ed25519PrivateKey)


def _ed25519_pem() -> str:
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def _password() -> str:
    return secrets.token_urlsafe(PASSWORD_BYTES)


def _is_password(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_-]{43}", text) is not None  # 32 bytes in base64


def _key() -> str:
    return secrets.token_hex(32)


def _is_key(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None


@dataclass(frozen=True, slots=True)
class _Secret:
    make: Callable[[], str]
    is_whole: Callable[[str], bool]


SECRETS: Mapping[str, _Secret] = {
    "postgres_password": _Secret(_password, _is_password),
    "valkey_password": _Secret(_password, _is_password),
    "token_key": _Secret(_ed25519_pem, _is_ed25519_pem),
    "media_key": _Secret(_key, _is_key),
    "master_key": _Secret(_key, _is_key),
}


@dataclass(frozen=True, slots=True)
class Home:
    """An open home. Its folders exist, and nobody else runs a house in it."""

    path: Path
    secrets: Mapping[str, str]

    def log(self, name: str) -> Path:
        """Where the program of this name prints to."""
        return self.path / "logs" / f"{name}.log"

    def publish(self, name: str, value: str) -> None:
        """Lets other commands read this setting as long as the house runs."""
        write_secret(self.path / "run" / name, value)


@contextmanager
def open_home(path: Path) -> Iterator[Home]:
    """Makes what an empty home lacks. Raises CannotStart."""
    path = path.absolute()
    with ExitStack() as held:
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = held.enter_context((path / "lock").open("a"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held.callback(shutil.rmtree, path / "run", ignore_errors=True)
            shutil.rmtree(path / "run", ignore_errors=True)
            for folder in ("run", "logs"):
                (path / folder).mkdir(mode=0o700, exist_ok=True)
            home = Home(path, _secrets(path))
        except BlockingIOError as error:
            raise CannotStart(f"Marquee is already running in {path}.") from error
        except FileExistsError as error:
            raise CannotStart(
                f"{error.filename} is a file; Marquee needs a folder there."
            ) from error
        except OSError as error:
            raise CannotStart(f"The home {path} cannot be used: {error.strerror}.") from error
        yield home


def _secrets(home: Path) -> dict[str, str]:
    """Made once and all together; afterwards each must be there, and whole."""
    folder = home / "secrets"
    if not folder.exists():
        _make_secrets(home)
    read = {name: _read(folder / name) for name in SECRETS}
    for name, text in read.items():
        if not SECRETS[name].is_whole(text):
            raise CannotStart(
                f"The secret {folder / name} is missing or damaged: "
                "put it back from a backup, or start in an empty MARQUEE_HOME."
            )
    return read


def _make_secrets(home: Path) -> None:
    if any((home / name).exists() for name in NEEDS_THE_SECRETS):
        raise CannotStart(
            f"{home / 'secrets'} is gone, and the data beside it cannot be read without: "
            "put it back from a backup, or start in an empty MARQUEE_HOME."
        )
    fresh = home / "secrets.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    for name, secret in SECRETS.items():
        write_secret(fresh / name, secret.make())
    fresh.rename(home / "secrets")


def _read(path: Path) -> str:
    return path.read_text(errors="replace").strip() if path.is_file() else ""
