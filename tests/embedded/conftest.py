import pytest

from app.embedded.supervisor import Supervisor


@pytest.fixture
async def supervisor(tmp_path):
    async with Supervisor(tmp_path / "children") as running:
        yield running
