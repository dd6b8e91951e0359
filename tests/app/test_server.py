import asyncio
import signal

import pytest
import structlog

from app.server import in_background


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
