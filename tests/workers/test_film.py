"""A whole film, made once from five seconds of 720p: what is in its files."""

import struct
from itertools import pairwise
from pathlib import Path

import pytest

from domain.catalog import ArtworkRole
from domain.encoding import (
    FilmRefused,
    IngestCode,
    Source,
    Stage,
    TrackClass,
)
from tests.workers.conftest import KEYS, NTSC, Made, Make, ffmpeg, ffprobe, make_whole
from workers.media.film import make_film
from workers.media.probe import probe

pytestmark = pytest.mark.slow


def test_the_folder_holds_two_manifests_and_every_track(made: Made) -> None:
    found = {str(path.relative_to(made.film.folder)) for path in made.film.folder.rglob("*.*")}

    tracks = {
        f"{track}/{name}"
        for track in ("a", "v360", "v480", "v720")
        for name in ("init.mp4", "00001.m4s", "00002.m4s")
    }
    lists = {"a.m3u8", "v360.m3u8", "v480.m3u8", "v720.m3u8", "master.m3u8"}
    assert found == tracks | lists | {"manifest.mpd", "storyboard.jpg"}


def test_all_rungs_have_their_key_frames_at_the_same_times(made: Made) -> None:
    times = [
        [
            line.split(",")[0]
            for line in ffprobe(
                "-select_streams", "v", "-show_entries", "packet=pts_time,flags",
                str(made.work / "encoded" / f"{track}.mp4"),
            )
            if "K" in line
        ]
        for track in ("v360", "v480", "v720")
    ]  # fmt: skip

    assert times[0] == times[1] == times[2]
    assert times[0] == ["0.000000", "2.002000", "4.004000"]


def test_groups_of_pictures_are_closed_and_pictures_plain(made: Made) -> None:
    for track in ("v360", "v480", "v720"):
        file = str(made.work / "encoded" / f"{track}.mp4")

        pictures = ffprobe("-select_streams", "v", "-show_entries", "frame=pict_type", file)
        facts = ffprobe(
            "-show_entries", "stream=codec_name,profile,pix_fmt,r_frame_rate,time_base", file
        )

        # Closed: the picture before a key frame in order of display never waits for that key frame.
        assert all(before != "B" for before, after in pairwise(pictures) if after == "I")
        assert facts == [f"h264,High,yuv420p,{NTSC},1/24000"]


def test_the_renditions_are_those_of_the_files(made: Made) -> None:
    rungs = made.film.renditions

    assert [(rung.width, rung.height) for rung in rungs] == [(640, 360), (854, 480), (1280, 720)]
    assert [rung.codec[:7] for rung in rungs] == ["avc1.64"] * 3
    assert all(0 < rung.average_kbps <= rung.peak_kbps for rung in rungs)
    assert made.film.track_classes == {
        360: TrackClass.SD,
        480: TrackClass.SD,
        720: TrackClass.HD,
    }
    assert made.film.duration_ms == pytest.approx(5000, abs=50)


def test_sound_is_stereo_aac_as_long_as_the_picture(made: Made) -> None:
    facts = ffprobe(
        "-show_entries", "stream=codec_name,profile,sample_rate,channels,duration",
        str(made.work / "encoded" / "a.mp4"),
    )  # fmt: skip

    codec, profile, rate, channels, seconds = facts[0].split(",")
    assert (codec, profile, rate, channels) == ("aac", "LC", "48000", "2")
    assert float(seconds) == pytest.approx(made.film.duration_ms / 1000, abs=0.05)


def test_the_storyboard_has_a_tile_a_second(made: Made) -> None:
    sprite = made.film.folder / "storyboard.jpg"

    assert ffprobe("-show_entries", "stream=width,height", str(sprite)) == ["1600,90"]
    assert made.film.tile_interval_ms == 1001
    assert (made.work / "encoded" / "tiles.rgb").stat().st_size == 5 * 160 * 90 * 3


def test_the_pictures_have_the_shapes_of_their_roles(made: Made) -> None:
    pictures = made.film.pictures
    sizes = {each.role: (each.width, each.height) for each in pictures.of_title}

    logo_width, logo_height = sizes.pop(ArtworkRole.LOGO)
    assert sizes == {
        ArtworkRole.HERO: (1280, 720),
        ArtworkRole.BACKDROP: (1280, 720),
        ArtworkRole.POSTER_2_3: (480, 720),
        ArtworkRole.CARD_16_9: (960, 540),
        ArtworkRole.TV_LAUNCHER: (640, 360),
    }
    assert (pictures.still.width, pictures.still.height) == (960, 540)
    for each in [pictures.still, *pictures.of_title]:
        if each.role is not ArtworkRole.LOGO:
            shown = ffprobe("-show_entries", "stream=codec_name,width,height", str(each.file))
            assert shown == [f"mjpeg,{each.width},{each.height}"]
    [logo] = [each.file.read_bytes() for each in pictures.of_title if each.file.suffix == ".png"]
    assert logo.startswith(b"\x89PNG")
    assert struct.unpack(">II", logo[16:24]) == (logo_width, logo_height)


def test_a_name_is_lettered_on_posters_and_cards_and_alone_on_nothing(made: Made) -> None:
    pictures = {each.role: each.file for each in made.film.pictures.of_title}
    written = {
        file.stem: file.read_text().split()
        for file in pictures[ArtworkRole.LOGO].parent.glob("*.txt")
    }

    name = ["The", "Test", "Card"]
    assert written == {"CARD_16_9": name, "POSTER_2_3": name, "TV_LAUNCHER": name, "logo": name}
    drawn = ffmpeg("-i", str(pictures[ArtworkRole.LOGO]), "-f", "rawvideo", "-pix_fmt", "rgba", "-")
    opacities, colours = set(drawn[3::4]), {drawn[at : at + 3] for at in range(0, len(drawn), 4)}
    assert {0, 255} <= opacities
    assert colours == {b"\xff\xff\xff"}  # also where nothing is: no dark seam around a letter


def test_progress_is_told_while_it_encodes_and_never_goes_back(made: Made) -> None:
    stages = [stage for stage, _ in made.told]
    encoding = [done for stage, done in made.told if stage is Stage.ENCODE]

    assert stages == sorted(stages, key=list(Stage).index)
    assert {Stage.ENCODE, Stage.PACKAGE, Stage.ARTWORK} == set(stages)
    assert encoding == sorted(encoding)
    assert encoding[-1] == pytest.approx(1.0, abs=0.05)


async def test_a_silent_film_gets_a_silent_track(make_source: Make, tmp_path: Path) -> None:
    made = await make_whole(make_source("mute.mp4", sound=False), tmp_path)

    volume = ffprobe(
        "-f", "lavfi", "-show_entries", "frame_tags=lavfi.astats.Overall.Peak_level",
        f"amovie={made.work}/encoded/a.mp4,astats=metadata=1:reset=0",
    )  # fmt: skip

    assert set(volume) == {"-inf"}
    assert "a.m3u8" in (made.film.folder / "master.m3u8").read_text()


async def test_an_odd_size_with_a_varying_rate_becomes_even_and_constant(
    make_source: Make, tmp_path: Path
) -> None:
    odd = ("-vf", "select='not(mod(n,2))+gt(mod(n,90),60)',format=yuv444p,scale=641:363,setsar=1")
    file = make_source(
        "varying.mp4", *odd, "-pix_fmt", "yuv444p", "-fps_mode", "vfr", rate="60", seconds=3
    )

    made = await make_whole(file, tmp_path)

    encoded = str(made.work / "encoded" / "v360.mp4")
    facts = ffprobe("-show_entries", "stream=width,height,pix_fmt,avg_frame_rate", encoded)
    assert facts == ["636,360,yuv420p,30/1"]


async def test_a_film_that_holds_less_than_it_promises_is_refused(
    make_source: Make, tmp_path: Path
) -> None:
    file = make_source("short.mp4")
    source = await probe(file)
    promised = Source(
        source.width, source.height, 20.0, source.frame_rate, source.video_track, None
    )

    with pytest.raises(FilmRefused) as refused:
        await make_film(
            file,
            promised,
            {each: KEYS[each] for each in (TrackClass.AUDIO, TrackClass.SD)},
            work=tmp_path,
            report=lambda stage, done: None,
            name=None,
        )

    assert refused.value.reason is IngestCode.TRUNCATED
