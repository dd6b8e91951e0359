"""Is the GraphQL door one to the letter? npm's `graphql-http` asks it."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from tests.http.conftest import serving

AUDIT = Path(__file__).with_name("audit.mjs")
AUDITS = 61


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
async def test_every_audit_of_graphql_over_http_is_passed(api):
    async with serving(api.app.routes) as server:
        asking = await asyncio.create_subprocess_exec(
            "node",
            AUDIT,
            f"http://127.0.0.1:{server.port}/graphql",
            stdout=asyncio.subprocess.PIPE,
        )
        told, _ = await asyncio.wait_for(asking.communicate(), 60)

    audits = json.loads(told)
    assert [audit for audit in audits if audit["status"] != "ok"] == []
    assert len(audits) == AUDITS
