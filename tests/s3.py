"""S3 on loopback: a server of moto's, whose buckets live as long as it does."""

import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from app.embedded.machine import LOOPBACK, free_port, is_free
from tests.waiting import wait_until

STARTS_WITHIN_S = 40  # it imports the whole of a cloud, in two seconds when alone


@contextmanager
def s3_server(log: Path) -> Iterator[str]:
    """Its endpoint; what it is asked goes to `log`."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", LOOPBACK, "-p", str(port)]
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as server:
        try:
            wait_until(lambda: not is_free(port), within_s=STARTS_WITHIN_S)
            yield f"http://{LOOPBACK}:{port}"
        finally:
            server.send_signal(signal.SIGKILL)


def environment(endpoint: str) -> Mapping[str, str]:
    """What a program needs to reach it; nothing else of this machine's cloud comes through."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
    }


def make_bucket(endpoint: str, name: str) -> str:
    """The URL of a new one."""
    request = urllib.request.Request(f"{endpoint}/{name}", method="PUT")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
    return f"s3://{name}"
