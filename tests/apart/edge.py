"""Debian's nginx on loopback, with the configuration of deploy/."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.embedded.machine import LOOPBACK, free_port, is_free
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "deploy/nginx.conf"
EXTRACTED = ROOT / ".venv/nginx/usr/sbin/nginx"  # where `make test` puts it
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")  # folders nginx makes at its start


def _one_that_runs() -> str | None:
    """Unpacked and not installed, it may lack a library."""
    places = f"{EXTRACTED.parent}:/usr/sbin:/bin"
    program = os.environ.get("NGINX") or shutil.which("nginx", path=places)
    runs = program and subprocess.run([program, "-v"], capture_output=True).returncode == 0
    return program if runs else None


NGINX = _one_that_runs()


def configured(folder: Path, port: int, api_ports: Sequence[int]) -> Path:
    """Our configuration with nothing changed but addresses and places."""
    text = CONFIGURATION.read_text()
    for number, api_port in enumerate(api_ports, start=1):
        text = text.replace(f"server api-{number}:8000 ", f"server {LOOPBACK}:{api_port} ")
    text = text.replace("listen 80;", f"listen {LOOPBACK}:{port};")
    text = text.replace("/dev/stdout", str(folder / "access.log"))
    places = "".join(f"    {name}_temp_path {folder / name};\n" for name in TEMPORARY)
    text = text.replace("http {\n", f"http {{\n{places}", 1)
    assert not re.search(r"api-\d|listen 80;|/dev/", text)
    file = folder / "nginx.conf"
    file.write_text(text)
    return file


def nginx(configuration: Path, *options: str) -> list[str]:
    pid = configuration.with_name("pid")
    told = ("-e", "stderr", "-c", str(configuration), "-g", f"daemon off; pid {pid};")
    return [str(NGINX), *told, *options]


@contextmanager
def edge(folder: Path, api_ports: Sequence[int], port: int | None = None) -> Iterator[int]:
    """The port of a running one."""
    port = port or free_port()
    command = nginx(configured(folder, port, api_ports))
    with (folder / "error.log").open("ab") as said:
        process = subprocess.Popen(command, stderr=said)
        try:
            wait_until(lambda: not is_free(port))
            yield port
        finally:
            process.terminate()
            process.wait(10)
