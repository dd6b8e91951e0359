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
from domain.token_keys import TokenKeys
from settings import CannotStart

PASSWORD_BYTES = 32  # nobody types it, so it may be as long as a key
NEEDS_THE_SECRETS = ("postgres", "objects")  # data that is lost without them
RESTORING = "restore.new"  # what is in here becomes the home's once it is whole
MAY_BE_THERE = {"lock", "children", "logs", "backups", "objects"}  # where a house is restored


def _is_ed25519_pem(text: str) -> bool:
    try:
        TokenKeys.from_pem(text, issuer="")
    except ValueError:
        return False
    return True


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
    return re.fullmatch(r"[0-9a-fA-F]{64}", text) is not None


@dataclass(frozen=True, slots=True)
class _Secret:
    make: Callable[[], str]
    is_whole: Callable[[str], bool]
    opens_data: bool = False  # what was made with it can be read by no other


SECRETS: Mapping[str, _Secret] = {
    "postgres_password": _Secret(_password, _is_password, opens_data=True),
    "valkey_password": _Secret(_password, _is_password),
    "token_key": _Secret(_ed25519_pem, _is_ed25519_pem),
    "media_key": _Secret(_key, _is_key),
    "master_key": _Secret(_key, _is_key, opens_data=True),
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
    with _alone_in(path.absolute()) as path, ExitStack() as held:
        if (path / RESTORING).exists():
            raise CannotStart(f"{path} is not wholly restored: run `marquee restore` again.")
        held.callback(shutil.rmtree, path / "run", ignore_errors=True)
        shutil.rmtree(path / "run", ignore_errors=True)
        (path / "run").mkdir(mode=0o700)
        yield Home(path, _secrets(path))


@contextmanager
def rebuild_home(path: Path, kept: Mapping[str, str]) -> Iterator[Home]:
    """A home in the making, with the secrets `kept` and fresh ones for the rest. It becomes the one
    at `path` when this ends well; otherwise nothing has happened there. Raises CannotStart."""
    with _alone_in(path.absolute()) as path:
        fresh, objects = path / RESTORING, path / "objects"
        if fresh.exists():  # we were killed: all that is there but the objects is half made
            for name in (RESTORING, "postgres", "secrets"):
                shutil.rmtree(path / name, ignore_errors=True)
        if there := sorted({entry.name for entry in path.iterdir()} - MAY_BE_THERE):
            raise CannotStart(
                f"{path} is not empty ({', '.join(there)}): "
                "move that away first, or restore into another MARQUEE_HOME."
            )
        had_objects = objects.exists()
        (fresh / "secrets").mkdir(mode=0o700, parents=True)
        fresh.chmod(0o700)
        try:
            for name, secret in SECRETS.items():
                write_secret(fresh / "secrets" / name, kept.get(name) or secret.make())
            yield Home(fresh, _secrets(fresh))
            for part in sorted(fresh.iterdir()):
                part.rename(path / part.name)
            fresh.rmdir()
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            if not had_objects:
                shutil.rmtree(objects, ignore_errors=True)
            raise


def is_lived_in(path: Path) -> bool:
    """Whether a house runs there, or is being restored."""
    try:
        with (path / "lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def damaged_secrets(path: Path) -> list[str]:
    """The secrets of a home that are missing or not whole."""
    folder = path / "secrets"
    return [name for name, secret in SECRETS.items() if not secret.is_whole(_read(folder / name))]


def change_secret(path: Path, name: str, change: Callable[[str], str]) -> str:
    """Makes another secret out of this one, in a home where no house runs. Raises CannotStart."""
    with _alone_in(path.absolute()) as path:
        file = path / "secrets" / name
        if not SECRETS[name].is_whole(_read(file)):
            raise CannotStart(f"The secret {file} is missing or damaged.")
        changed = change(_read(file))
        write_secret(file, changed)
    return changed


@contextmanager
def _alone_in(path: Path) -> Iterator[Path]:
    """Nobody else opens this home meanwhile. Raises CannotStart."""
    with ExitStack() as held:
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = held.enter_context((path / "lock").open("a"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (path / "logs").mkdir(mode=0o700, exist_ok=True)
        except BlockingIOError as error:
            raise CannotStart(f"Marquee is already running in {path}.") from error
        except FileExistsError as error:
            raise CannotStart(
                f"{error.filename} is a file; Marquee needs a folder there."
            ) from error
        except OSError as error:
            raise CannotStart(f"The home {path} cannot be used: {error.strerror}.") from error
        yield path


def _secrets(home: Path) -> dict[str, str]:
    """Made once and all together; afterwards each must be whole. One that is missing is made anew
    where no data is lost by it: it may be of a newer Marquee than the home is."""
    folder = home / "secrets"
    if not folder.exists():
        _make_secrets(home)
    for name, secret in SECRETS.items():
        if not secret.opens_data and not (folder / name).exists():
            write_secret(folder / name, secret.make())
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
