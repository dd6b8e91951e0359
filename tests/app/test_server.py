import asyncio
import signal

import httpx
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.server import create_app, in_background
from tests import factories


@pytest.fixture
def told():
    """How often this process was told to end."""
    signals = []
    was = signal.signal(signal.SIGTERM, lambda number, _: signals.append(number))
    yield signals
    signal.signal(signal.SIGTERM, was)


async def for_ever():
    await asyncio.Event().wait()


async def falls():
    raise ZeroDivisionError


async def is_over():
    return None


async def is_cancelled():
    raise asyncio.CancelledError


@pytest.mark.parametrize("ends", [falls, is_over, is_cancelled], ids=lambda ends: ends.__name__)
async def test_a_process_ends_when_something_it_does_beside_does(told, ends):
    with structlog.testing.capture_logs() as lines:
        async with in_background(well=for_ever(), ill=ends()):
            await asyncio.sleep(0.1)

    assert told == [signal.SIGTERM]
    assert [(line["log_level"], line["event"], line["work"]) for line in lines] == [
        ("critical", "background_work_ended", "ill")
    ]


async def test_a_process_that_stops_only_stops_what_it_does_beside(told):
    async with in_background(well=for_ever(), also_well=for_ever()):
        beside = asyncio.all_tasks() - {asyncio.current_task()}

    assert told == []
    assert len(beside) == 2
    assert all(task.cancelled() for task in beside)


async def test_who_was_signed_out_before_a_process_starts_is_not_let_in_by_its_first_answer(
    monkeypatch, api, stores, house, services, database_url, objects_url, tmp_path
):
    viewer = await api.viewer(await factories.household(stores))
    await api.run("mutation { signOut { __typename } }", token=viewer.token)
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))  # as the house's
    settings = {
        "MARQUEE_HOME": tmp_path,
        "PUBLIC_URL": house.public_url,
        "DATABASE_URL": database_url,
        "REDIS_URL": services.redis_url,
        "OBJECTS_URL": objects_url,
        "KEYS_URL": (tmp_path / "master_key").as_uri(),
        "MEDIA_KEY": house.media_key.hex(),
        "TOKEN_KEY": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, str(value))

    app = create_app()
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as http:
        first = await http.post(
            f"{house.public_url}/graphql",
            json={"query": "{ viewer { account { email } } }"},
            headers={"Authorization": f"Bearer {viewer.token}"},
        )
        beside = await http.post(f"{house.public_url}/graphql/", headers={"Host": "elsewhere.test"})

    assert beside.status_code == 404  # led to no other host
    assert [error["extensions"]["code"] for error in first.json()["errors"]] == ["TOKEN_INVALID"]
