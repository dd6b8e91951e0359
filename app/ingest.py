"""`marquee ingest FILE`: a film comes into the house."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from app.progress import shown
from domain.catalog import Media
from domain.encoding import EncodeTitle, FilmRefused, IngestCode, JobState
from domain.errors import InvalidInput
from domain.ids import MediaId, Prefix, make
from domain.ingest import (
    CLEAR_AWAY_AFTER,
    Admitted,
    ClearAway,
    NewFilm,
    Place,
    check_film,
    source_path,
)
from settings import Settings, load_settings
from stores import WORKERS, Stores, open_stores
from stores.sql import media as films
from stores.sql import playback
from workers.media.probe import probe

LOOK_EVERY_S = 0.3  # how often `--wait` looks; the worker tells every half second
EXIT_REFUSED = 2  # the file is at fault, and another one will do
EXIT_FAILED = 1  # the encoder is

Advance = Callable[[float], None]  # how far a film is, 0 to 1


def ingest(
    file: Annotated[Path, typer.Argument(help="MP4, MOV, MKV, WebM, TS, MPG, AVI or MXF.")],
    name: Annotated[str, typer.Option(help="What the film or episode is called.")],
    series: Annotated[str | None, typer.Option(help="The series it is an episode of.")] = None,
    season: Annotated[int | None, typer.Option(help="The number of its season.")] = None,
    episode: Annotated[int | None, typer.Option(help="Its number in the season.")] = None,
    certification: Annotated[
        int, typer.Option(metavar="AGE", help="From which age (0 to 18) it may be seen.")
    ] = 0,
    genre: Annotated[list[str] | None, typer.Option(help="A shelf; may be repeated.")] = None,
    synopsis: Annotated[str, typer.Option(help="What it is about.")] = "",
    year: Annotated[int | None, typer.Option(help="When it was made.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Until it can be played.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Ends with one JSON object.")] = False,
) -> None:
    """Brings a film into the house: checks, encodes, encrypts and publishes it."""
    film = NewFilm(
        name=name,
        place=_place(series, season, episode),
        synopsis=synopsis,
        year=year,
        certification_age=certification,
        genres=tuple(genre or ()),
    )
    try:
        asyncio.run(_ingest(load_settings(), file, film, wait=wait, as_json=as_json))
    except FilmRefused as refusal:
        _tell_refusal(refusal, as_json=as_json)
        failed = refusal.reason is IngestCode.ENCODING_FAILED
        raise typer.Exit(EXIT_FAILED if failed else EXIT_REFUSED) from refusal


async def bring_in(stores: Stores, file: Path, film: NewFilm) -> Admitted:
    """Takes a film in, to be encoded by whatever worker is free. All of it, or nothing.

    Raises FilmRefused for the file, InvalidInput for what is said of it.
    """
    check_film(film)
    await probe(file)
    media_id = MediaId(make(Prefix.MEDIA, uuid4()))
    source = source_path(media_id)
    async with stores.begin() as tx:  # first, for we may be killed between the object and its row
        await stores.jobs.enqueue(
            tx, ClearAway(files=[source]), not_before=datetime.now(UTC) + CLEAR_AWAY_AFTER
        )
    try:
        await stores.objects.put_file(source, file)
        async with stores.begin() as tx:
            admitted = await films.admit(tx, film, media_id, datetime.now(UTC))
            await stores.jobs.enqueue(tx, EncodeTitle(media_id, admitted.job_id))
    except BaseException:  # a Ctrl-C too
        await stores.objects.delete(source)
        raise
    return admitted


async def follow(stores: Stores, admitted: Admitted, advance: Advance) -> Media:
    """Returns when the film can be played. Raises FilmRefused when it never will be."""
    while True:
        async with stores.begin() as tx:
            encoding = await films.encoding_by_id(tx, admitted.job_id)
            if encoding.state is JobState.SUCCEEDED:
                media = await playback.media_of(tx, [admitted.playable_id])
                advance(1.0)
                return media[admitted.playable_id]
        if encoding.state is JobState.FAILED:
            raise FilmRefused(
                IngestCode(encoding.error_code or IngestCode.ENCODING_FAILED),
                encoding.error_message or "",
            )
        advance(encoding.progress_0_to_1)
        await asyncio.sleep(LOOK_EVERY_S)


async def _ingest(
    settings: Settings, file: Path, film: NewFilm, *, wait: bool, as_json: bool
) -> None:
    started = time.monotonic()
    async with open_stores(settings, patience=WORKERS) as stores:
        admitted = await bring_in(stores, file, film)
        media = None
        if wait:
            with shown() as advance:
                media = await follow(stores, admitted, lambda part: advance(film.name, part))
    answer = _answer(admitted, media, time.monotonic() - started)
    typer.echo(json.dumps(answer) if as_json else _sentence(film, answer))


def _place(series: str | None, season: int | None, episode: int | None) -> Place | None:
    """Raises InvalidInput unless all three are there, or none."""
    if series is None and season is None and episode is None:
        return None
    if series is None or season is None or episode is None:
        raise InvalidInput("An episode has --series, --season and --episode.", field=["series"])
    return Place(series, season, episode)


def _answer(admitted: Admitted, media: Media | None, seconds: float) -> dict[str, Any]:
    ladder = media.ladder if media else ()
    return {
        "titleId": admitted.title_id,
        "playableId": admitted.playable_id,
        "jobId": admitted.job_id,
        "state": JobState.SUCCEEDED if media else JobState.QUEUED,
        "renditions": [
            {
                "height": rung.height,
                "width": rung.width,
                "codec": rung.codec,
                "averageKbps": rung.average_kbps,
                "peakKbps": rung.peak_kbps,
            }
            for rung in ladder
        ],
        "seconds": round(seconds, 1),
    }


def _sentence(film: NewFilm, answer: dict[str, Any]) -> str:
    if answer["state"] is JobState.QUEUED:
        return f"{film.name} is being encoded as {answer['playableId']}."
    heights = ", ".join(f"{rung['height']}p" for rung in answer["renditions"])
    return (
        f"{film.name} can be played as {answer['playableId']}: {heights}, in {answer['seconds']} s."
    )


def _tell_refusal(refusal: FilmRefused, *, as_json: bool) -> None:
    if as_json:
        told = {"state": JobState.FAILED, "code": refusal.reason, "message": refusal.message}
        typer.echo(json.dumps(told))
    else:
        typer.echo(f"{refusal.reason}: {refusal.message}", err=True)
