"""Generated films are real ones: they decode, they sound, and each looks like itself."""

import asyncio
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest

from workers.media import tools
from workers.media.music import Tune
from workers.media.probe import probe
from workers.media.run import run
from workers.media.scenes import Look
from workers.media.synthesize import FilmSpec, synthesize

pytestmark = pytest.mark.slow

WIDTH, HEIGHT, SECONDS = 256, 144, 2
FRAME_BYTES = WIDTH * HEIGHT * 3
SAMPLE_BYTES = 2  # of 16 bits


async def test_a_film_has_the_length_size_rate_and_sound_it_was_ordered_with(
    tmp_path: Path,
) -> None:
    film = tmp_path / "film.mp4"
    heard: list[float] = []

    await synthesize(_spec(Look.SUNSET, Tune.SURF), film, heard.append)

    source = await probe(film)
    assert (source.width, source.height, source.frame_rate) == (WIDTH, HEIGHT, Fraction(24))
    assert source.duration_s == pytest.approx(SECONDS, abs=0.05)
    assert len(await _pictures(film)) == 24 * SECONDS * FRAME_BYTES
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


async def test_the_same_order_makes_the_same_film(tmp_path: Path) -> None:
    first, second = tmp_path / "first.mp4", tmp_path / "second.mp4"

    for film in (first, second):
        await synthesize(_spec(Look.STREET, Tune.RAIN), film, lambda _: None)

    assert await _pictures(first) == await _pictures(second)
    assert await _samples(first) == await _samples(second)


async def test_every_look_moves_and_no_two_can_be_confused(tmp_path: Path) -> None:
    middles: dict[Look, bytes] = {}
    for look in Look:
        film = tmp_path / f"{look}.mp4"
        await synthesize(_spec(look, Tune.SURF), film, lambda _: None)
        pictures = await _pictures(film)
        frames = [pictures[at : at + FRAME_BYTES] for at in range(0, len(pictures), FRAME_BYTES)]
        assert len(set(frames)) == len(frames), look
        middles[look] = frames[len(frames) // 2]

    for one, other in combinations(Look, 2):
        assert _difference(middles[one], middles[other]) > 20, (one, other)


async def test_every_tune_is_heard_and_never_overdriven(tmp_path: Path) -> None:
    films = {tune: tmp_path / f"{tune}.mp4" for tune in Tune}

    await asyncio.gather(
        *(
            synthesize(_spec(Look.SUNSET, tune), film, lambda _: None)
            for tune, film in films.items()
        )
    )

    for tune, film in films.items():
        loudest = max(abs(sample) for sample in memoryview(await _samples(film)).cast("h"))
        assert 2_000 < loudest < 32_000, tune


def _spec(look: Look, tune: Tune) -> FilmSpec:
    return FilmSpec(("SMALL",), "Small", look, tune, SECONDS, WIDTH, HEIGHT)


async def _pictures(film: Path) -> bytes:
    return await _decoded(film, "-map", "0:v", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")


async def _samples(film: Path) -> bytes:
    return await _decoded(film, "-map", "0:a", "-f", "s16le", "-")


async def _decoded(film: Path, *output: str) -> bytes:
    command = [str(tools.ffmpeg()), "-v", "error", "-i", str(film), *output]
    return await run(command, deadline_s=60)


def _difference(one: bytes, other: bytes) -> float:
    """Mean over all channels, 0 to 255."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)
