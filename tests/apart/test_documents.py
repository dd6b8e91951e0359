"""A document that the command line registers is known to every process, and no use is lost."""

import httpx
import pytest

from app.embedded.machine import LOOPBACK, free_port
from schema.documents import document_id
from stores.sql import documents as documents_sql
from stores.sql.documents import Build
from tests.apart.parts import marquee, serving
from tests.waiting import DEADLINE_S, until

pytestmark = pytest.mark.slow

TEXT = "query Registered { viewer { account { email } } }"
TIMES = 40


def ask(port):
    """On a connection of its own, so that any of the processes may answer."""
    headers = {"X-Marquee-App": "tv", "X-Marquee-Build": "7"}
    url = f"http://{LOOPBACK}:{port}/graphql"
    body = {"documentId": document_id(TEXT)}
    return httpx.post(url, json=body, headers=headers, timeout=DEADLINE_S).json()


async def test_what_is_registered_is_answered_by_running_processes_and_every_use_is_counted(
    environment, stores, tmp_path
):
    file = tmp_path / "registered.graphql"
    file.write_text(TEXT)
    words = ("documents", "register", str(file), "--app", "tv", "--build", "7")
    port = free_port()
    with serving(port, "--processes", "2", environment=environment, log=tmp_path / "log"):
        asked = [ask(port)]
        with marquee(*words, environment=environment, log=tmp_path / "register") as registering:
            assert registering.wait(DEADLINE_S) == 0, (tmp_path / "register").read_text()

        async def answered():
            asked.append(ask(port))
            return "data" in asked[-1]

        await until(answered)
        asked += [ask(port) for _ in range(TIMES)]

    async with stores.begin() as tx:
        uses = {each.build: each.times for each in await documents_sql.listed(tx)}
    assert asked[0]["errors"][0]["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}
    assert [each["data"] for each in asked[-TIMES:]] == [{"viewer": None}] * TIMES
    assert uses[Build("tv", "7")] == sum("data" in each for each in asked)
