"""Is the embedded Valkey one to trust: closed to strangers, and there after a crash?"""

import asyncio
import os
import signal
import stat

import pytest
from redis import AuthenticationError, Redis
from redis import ConnectionError as NobodyThere

from app.embedded import valkey
from app.embedded.supervisor import Supervisor
from tests.running import processes

PASSWORD = "of-letters_and-digits"


async def start(supervisor, folder):
    log = folder / "valkey.log"
    return await valkey.start(supervisor, folder / "valkey", password=PASSWORD, log=log)


async def test_what_was_written_is_there_after_a_kill_at_the_same_address(tmp_path, supervisor):
    with Redis.from_url(await start(supervisor, tmp_path)) as client:
        client.set("seen", "42")

        os.kill(client.info()["process_id"], signal.SIGKILL)

        async with asyncio.timeout(20):
            while True:
                try:
                    found = client.get("seen")
                    break
                except NobodyThere:
                    await asyncio.sleep(0.05)
    assert found == b"42"


async def test_a_second_start_goes_on_with_the_same_data(tmp_path):
    async with Supervisor(tmp_path / "children") as supervisor:
        with Redis.from_url(await start(supervisor, tmp_path)) as client:
            client.set("seen", "42")

    async with Supervisor(tmp_path / "children") as supervisor:
        with Redis.from_url(await start(supervisor, tmp_path)) as client:
            found = client.get("seen")

    assert found == b"42"


async def test_who_has_no_password_or_a_wrong_one_is_refused(tmp_path, supervisor):
    url = await start(supervisor, tmp_path)

    for stranger in (url.replace(f":{PASSWORD}@", ""), url.replace(PASSWORD, "wrong")):
        with Redis.from_url(stranger) as client, pytest.raises(AuthenticationError):
            client.ping()


async def test_the_password_is_where_only_we_can_read_it(tmp_path, supervisor):
    with Redis.from_url(await start(supervisor, tmp_path)) as client:
        _, arguments = processes()[client.info()["process_id"]]

    config = tmp_path / "valkey" / "valkey.conf"
    assert "valkey" in arguments
    assert PASSWORD not in arguments
    assert PASSWORD in config.read_text()
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


async def test_it_keeps_an_append_only_file_and_listens_on_loopback_only(tmp_path, supervisor):
    with Redis.from_url(await start(supervisor, tmp_path)) as client:
        settings = client.config_get("appendonly", "appendfsync", "bind", "save")

    assert settings == {
        "appendfsync": "everysec",
        "appendonly": "yes",
        "bind": "127.0.0.1",
        "save": "",
    }
