"""Parts of a house that run apart: a process each, told by its environment where the others are."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.embedded.machine import LOOPBACK
from tests.api import Api
from tests.waiting import wait_until

MAKE_SECRETS = Path(__file__).parents[2] / "deploy/make-secrets.sh"
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")

STARTS_WITHIN_S = 60  # a server imports for two seconds when alone, and is rarely alone here
STOPS_WITHIN_S = 15


@contextmanager
def marquee(
    *words: str, environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A running command of ours, which is asked to stop at the end."""
    command = [sys.executable, "-P", "-m", "app", *words]
    with log.open("ab") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def serving(
    port: int, *options: str, environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A `marquee serve` that is ready for viewers."""
    words = ("serve", "--host", LOOPBACK, "--port", str(port), *options)
    with marquee(*words, environment=environment, log=log) as process:
        wait_until(lambda: _is_ready(process, port, log), within_s=STARTS_WITHIN_S)
        yield process


def whose_python(folder: Path, does: str) -> dict[str, str]:
    """The environment of processes that begin with this line, to befall them from within."""
    (folder / "sitecustomize.py").write_text(does)
    return {"PYTHONPATH": str(folder)}


def _is_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    return answers(port, "/readyz")


def answers(port: int, path: str) -> bool:
    """Whether it says 200 there."""
    try:
        return httpx.get(f"http://{LOOPBACK}:{port}{path}", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


class ApiAt(Api):
    """Speaks to an address instead of an application in this process."""

    def __init__(self, url: str) -> None:
        self.http = httpx.AsyncClient(base_url=url, timeout=20)
