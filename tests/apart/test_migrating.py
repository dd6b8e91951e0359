"""Several machines may begin with `marquee migrate` at once."""

from contextlib import ExitStack

import pytest
from alembic import command

from tests.apart.parts import STARTS_WITHIN_S, marquee
from tests.conftest import alembic_config

pytestmark = pytest.mark.slow


def test_one_of_several_migrates_and_the_others_find_it_done(environment, services, tmp_path):
    services.execute("CREATE DATABASE migrated_at_once")
    url = services.database_url.rsplit("/", 1)[0] + "/migrated_at_once"
    told = environment | {"DATABASE_URL": url}

    with ExitStack() as running:
        machines = [
            running.enter_context(
                marquee("migrate", environment=told, log=tmp_path / f"{number}.log")
            )
            for number in range(3)
        ]
        codes = [machine.wait(STARTS_WITHIN_S) for machine in machines]

    assert codes == [0, 0, 0]
    command.check(alembic_config(url))
