"""Does the command that begins and ends a drill say what it did?"""

import json

import pytest

from domain.degradation import BreakerState, Dependency
from tests.app.outside import marquee, own_secrets


@pytest.fixture
def drill(services, database_url, tmp_path):
    """The command, told where the servers are; answers with its last line on stdout."""
    there = {"DATABASE_URL": database_url, "REDIS_URL": services.redis_url}
    there["MARQUEE_SECRETS"] = str(own_secrets(tmp_path / "secrets"))

    def run(*words):
        done = marquee("degrade", *words, home=tmp_path, **there)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    return run


async def test_a_drill_is_told_in_words_or_as_one_object(drill, stores):
    begun = drill("minimal", "--minutes", "2", "--json")
    await stores.drills.look()
    closed = [part for part, guard in stores.guards.items() if guard.state is BreakerState.OPEN]
    in_words = drill("objects")
    ended = drill("full", "--json")

    assert json.loads(begun) == {"level": "MINIMAL", "closed": ["postgres"], "minutes": 2}
    assert closed == [Dependency.POSTGRES]
    assert in_words.startswith("PARTIAL: every process does without objects, for 5 min.")
    assert json.loads(ended) == {"level": "FULL", "closed": [], "minutes": 0}
