"""What this machine offers: free ports, files only we can read, programs inside wheels, an end."""

import asyncio
import faulthandler
import multiprocessing
import os
import signal
import socket
import threading
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import structlog

from settings import CannotStart

LOOPBACK = "127.0.0.1"  # nothing embedded is reachable from another machine
HUNG_AFTER_S = 10  # no loop of ours is that late and still of use
EXIT_HUNG = 1  # a bug of ours; after uvicorn's 3 none would be started in its place

log = structlog.get_logger()


def free_port() -> int:
    """One the system picks; somebody else may take it before you do."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    return why_not_free(port, host) is None


def why_not_free(port: int, host: str) -> OSError | None:
    """What a server would be told that wanted to listen there now; None if it could."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
        return None


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


def end_when_hung(loop: asyncio.AbstractEventLoop) -> None:
    """Ends this process once `loop` has not turned for HUNG_AFTER_S, and prints what it was at, so
    that whoever started it starts another one. Asked from outside, others on its port answer."""

    def watch() -> None:
        with suppress(RuntimeError):  # the loop is closed
            while True:
                turned = threading.Event()
                loop.call_soon_threadsafe(turned.set)
                # Seconds are counted one by one: while all of it was suspended nothing hung.
                if not any(turned.wait(1) for _ in range(HUNG_AFTER_S)):
                    log.error("loop_hung", silent_s=HUNG_AFTER_S)
                    faulthandler.dump_traceback(all_threads=True)
                    os._exit(EXIT_HUNG)
                time.sleep(1)

    threading.Thread(target=watch, name="end_when_hung", daemon=True).start()
