"""The journey of opening night through nginx, two web servers and two workers, over S3."""

import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.demo.households import EMAIL, PASSWORD
from app.embedded.machine import LOOPBACK, free_port
from tests import s3
from tests.apart.edge import NGINX, edge
from tests.apart.parts import MAKE_SECRETS, STARTS_WITHIN_S, marquee, needs_openssl, serving
from tests.waiting import wait_until
from tests.web.test_journey import CHROMIUM, PLAYED_S, drive

FIRST_FILM_WITHIN_S = 240  # made and encoded while six other processes run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM or not shutil.which("node"), reason="needs chromium and node"),
    pytest.mark.skipif(not NGINX, reason="needs nginx"),
    needs_openssl,
]


def test_a_stranger_watches_a_film_in_a_house_whose_parts_run_apart(
    services, s3_endpoint, tmp_path
):
    services.execute("CREATE DATABASE house_apart")
    edge_port, api_ports = free_port(), [free_port(), free_port()]
    secrets = tmp_path / "secrets"
    subprocess.run([MAKE_SECRETS, secrets], check=True)
    shared = s3.environment(s3_endpoint) | {
        "PATH": os.environ["PATH"],
        "PUBLIC_URL": f"http://{LOOPBACK}:{edge_port}",
        "DATABASE_URL": services.database_url.rsplit("/", 1)[0] + "/house_apart",
        "REDIS_URL": services.redis_url,
        "OBJECTS_URL": f"{s3.make_bucket(s3_endpoint, 'house-apart')}/films",
        "MARQUEE_SECRETS": str(secrets),
    }

    def machine(name):
        """A folder of its own, and a log."""
        home = {"MARQUEE_HOME": str(_folder(tmp_path / name))}
        return {"environment": shared | home, "log": tmp_path / f"{name}.log"}

    with ExitStack() as running:
        migrating = running.enter_context(marquee("migrate", **machine("setup")))
        assert migrating.wait(STARTS_WITHIN_S) == 0
        for number, port in enumerate(api_ports):
            running.enter_context(serving(port, **machine(f"api-{number}")))
            running.enter_context(marquee("work", **machine(f"worker-{number}")))
        running.enter_context(edge(_folder(tmp_path / "edge"), api_ports, edge_port))
        filling = machine("filling")
        running.enter_context(marquee("demo", "fill", **filling))
        wait_until(lambda: "done" in filling["log"].read_text(), within_s=FIRST_FILM_WITHIN_S)

        viewer = {"email": EMAIL, "password": PASSWORD}
        seen = drive(shared["PUBLIC_URL"], viewer, tmp_path / "pictures")

    assert "failed" not in seen, seen["failed"]
    for protocol in ("dash", "hls"):
        assert seen[protocol]["encrypted"]
        assert seen[protocol]["currentTime"] > PLAYED_S
    assert (seen["strangers"], seen["pageErrors"]) == ([], [])
    assert {line.split(" api=")[1].split()[0] for line in _served(tmp_path)} == {
        f"{LOOPBACK}:{port}" for port in api_ports
    }


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _served(tmp_path: Path) -> list[str]:
    lines = (tmp_path / "edge/access.log").read_text().splitlines()
    return [line for line in lines if " status=200 " in line]
