"""Makes a film out of a file: one folder in, one folder of encrypted segments and pictures out.

It knows nothing of the house around it, so it can be tried on any file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.catalog import Rendition
from domain.encoding import (
    FilmRefused,
    IngestCode,
    Source,
    Stage,
    Step,
    Tiles,
    TrackClass,
    ladder_for,
    tiles_for,
)
from workers.media import artwork, ffmpeg, measure
from workers.media.package import ContentKey, package
from workers.media.run import run

DEADLINE_S = 600.0  # for starting and ending an encode, and
DEADLINE_PER_SECOND = 60.0  # each second of film: sixty times slower than played is stuck
LOST_PART = 0.05  # of the length may be lost to containers that estimate it,
LOST_S = 1.0  # and a second more; beyond that, part of the film could not be decoded

Report = Callable[[Stage, float], None]


@dataclass(frozen=True, slots=True)
class Film:
    """A film made: its files lie in `folder`, its pictures beside it.

    `renditions` are measured on the files, lowest first; `track_classes` are theirs, by height.
    """

    folder: Path
    duration_ms: int
    renditions: list[Rendition]
    track_classes: dict[int, TrackClass]
    tiles: Tiles
    tile_interval_ms: int
    pictures: artwork.Pictures


async def make_film(
    file: Path,
    source: Source,
    keys: Mapping[TrackClass, ContentKey],
    *,
    work: Path,
    report: Report,
    name: str | None,
) -> Film:
    """Encodes, packages and pictures `file` in the empty folder `work`; the pictures of a title
    show its `name`.

    `report` hears how far each stage is, 0 to 1. Raises FilmRefused when the file turns out to hold
    less than it promised, ToolFailed when a tool gives up.
    """
    encoded, folder, pictures = work / "encoded", work / "film", work / "pictures"
    for each in (encoded, folder, pictures):
        each.mkdir()
    ladder = ladder_for(source)
    await _encode(file, source, ladder, encoded, report)
    report(Stage.PACKAGE, 0.0)
    renditions = await package(encoded, ladder, keys, frame_rate=source.frame_rate, out=folder)
    duration_s = _check_length(folder, ladder[0], source)
    (encoded / "storyboard.jpg").rename(folder / "storyboard.jpg")
    report(Stage.ARTWORK, 0.0)
    tiles = tiles_for(source)
    return Film(
        folder=folder,
        duration_ms=round(duration_s * 1000),
        renditions=renditions,
        track_classes={step.height: step.track_class for step in ladder},
        tiles=tiles,
        tile_interval_ms=round(1000 * tiles.at_s(1, source.frame_rate)),
        pictures=await artwork.make_pictures(encoded, source, ladder[-1], pictures, name=name),
    )


async def _encode(
    file: Path, source: Source, ladder: list[Step], encoded: Path, report: Report
) -> None:
    def on_line(line: str) -> None:
        name, _, value = line.partition("=")
        if name == "out_time_us" and value.isdigit():  # N/A until the first frame is out
            report(Stage.ENCODE, int(value) / 1e6 / source.duration_s)

    report(Stage.ENCODE, 0.0)
    deadline_s = DEADLINE_S + DEADLINE_PER_SECOND * source.duration_s
    arguments = ffmpeg.encode(file, source, ladder, encoded)
    await run(arguments, deadline_s=deadline_s, on_line=on_line)


def _check_length(folder: Path, lowest: Step, source: Source) -> float:
    """Seconds of film there are. Raises FilmRefused when a good part is missing."""
    made_s = sum(s.seconds for s in measure.segments_of(folder / f"{lowest.name}.m3u8"))
    if made_s < source.duration_s * (1 - LOST_PART) - LOST_S:
        raise FilmRefused(
            IngestCode.TRUNCATED,
            f"Only {made_s:.0f} s of its {source.duration_s:.0f} s could be decoded.",
        )
    return made_s
