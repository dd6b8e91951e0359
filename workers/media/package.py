"""Turns encoded tracks into encrypted CMAF segments with HLS and DASH manifests, in one go."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from uuid import UUID

from domain.catalog import Rendition
from domain.encoding import Step, TrackClass, segment_s
from workers.media import hls, measure, tools
from workers.media.run import run

DEADLINE_S = 600.0  # packaging copies bytes: two hours of film take seconds
SEGMENT = "$Number%05d$.m4s"  # 00001.m4s: four days of film before they no longer sort
AUDIO = "a"  # the name of the sound's track, folder and playlist


@dataclass(frozen=True, slots=True)
class ContentKey:
    """Sixteen secret bytes, and the id that segments and licenses call them by."""

    kid: UUID
    key: bytes


async def package(
    encoded: Path,
    ladder: Sequence[Step],
    keys: Mapping[TrackClass, ContentKey],
    *,
    frame_rate: Fraction,
    out: Path,
) -> list[Rendition]:
    """Fills the folder `out` from the tracks in the folder `encoded`; returns its rungs as
    measured, lowest first. Everything is encrypted, each track under the key of its class."""
    command = _command(encoded, ladder, frame_rate, out)
    await run(command, deadline_s=DEADLINE_S, stdin=_key_flag(keys), cwd=out)
    tracks = {step.name: step.track_class for step in ladder} | {AUDIO: TrackClass.AUDIO}
    segments = {name: measure.segments_of(out / f"{name}.m3u8") for name in tracks}
    target_s = max(measure.target_s(listed) for listed in segments.values())
    for name, track_class in tracks.items():
        playlist = out / f"{name}.m3u8"
        kid = keys[track_class].kid
        playlist.write_text(hls.finish_media(playlist.read_text(), kid=kid, target_s=target_s))
    renditions = [_rendition(step, segments[step.name], out) for step in ladder]
    master = out / "master.m3u8"
    master.write_text(
        hls.finish_master(
            master.read_text(),
            {rendition.height: rendition for rendition in renditions},
            sound_average_kbps=measure.average_kbps(segments[AUDIO]),
            sound_peak_kbps=measure.peak_kbps(segments[AUDIO]),
        )
    )
    return renditions


def _rendition(step: Step, segments: Sequence[measure.Segment], out: Path) -> Rendition:
    return Rendition(
        height=step.height,
        width=step.width,
        codec=measure.h264_codec((out / step.name / "init.mp4").read_bytes()),
        average_kbps=measure.average_kbps(segments),
        peak_kbps=measure.peak_kbps(segments),
    )


def _command(encoded: Path, ladder: Sequence[Step], frame_rate: Fraction, out: Path) -> list[str]:
    # Relative, so that no comma in the name of a folder can split a stream's description.
    tracks = os.path.relpath(encoded, out)
    length_s = str(float(segment_s(frame_rate)))
    return [
        str(tools.packager()),
        *[_video(tracks, step) for step in ladder],
        _audio(tracks),
        "--segment_duration", length_s,
        "--fragment_duration", length_s,  # one fragment a segment: a player fetches it whole
        "--generate_static_live_mpd",  # numbered segments in DASH too, as in HLS
        "--enable_raw_key_encryption",
        "--protection_scheme", "cenc",  # what ClearKey plays everywhere
        "--clear_lead", "0",  # seconds: nothing plays without a license
        "--protection_systems", "CommonSystem",  # the W3C's own header: the ids of the keys
        "--mpd_output", "manifest.mpd",
        "--hls_master_playlist_output", "master.m3u8",
        "--hls_playlist_type", "VOD",
        "--quiet",
        "--flagfile=/dev/stdin",  # the keys, which no log and no list of processes shall show
    ]  # fmt: skip


def _video(tracks: str, step: Step) -> str:
    track = f"in={tracks}/{step.name}.mp4,stream=video,drm_label={step.track_class}"
    return f"{track},{_files(step.name)}"


def _audio(tracks: str) -> str:
    track = f"in={tracks}/{AUDIO}.mp4,stream=audio,drm_label={TrackClass.AUDIO}"
    return f"{track},{_files(AUDIO)},hls_group_id=audio,hls_name=Original"


def _files(name: str) -> str:
    folder = f"init_segment={name}/init.mp4,segment_template={name}/{SEGMENT}"
    return f"{folder},playlist_name={name}.m3u8"


def _key_flag(keys: Mapping[TrackClass, ContentKey]) -> bytes:
    listed = ",".join(
        f"label={track_class}:key_id={key.kid.hex}:key={key.key.hex()}"
        for track_class, key in keys.items()
    )
    return f"--keys={listed}\n".encode()
