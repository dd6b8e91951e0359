"""What a file is: films of many makes, and every way of not being one."""

import os
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from domain.encoding import FilmRefused, IngestCode
from tests.workers.conftest import Make, ffmpeg
from workers.media.probe import probe


async def refusal(file: Path) -> IngestCode:
    with pytest.raises(FilmRefused) as refused:
        await probe(file)
    return refused.value.reason


def cut(file: Path, part: float) -> Path:
    """A copy of its first bytes."""
    copy = file.with_name(f"cut-{part}-{file.name}")
    data = file.read_bytes()
    copy.write_bytes(data[: int(len(data) * part)])
    return copy


async def test_a_film_is_described_exactly(make_source: Make) -> None:
    file = make_source("exact.mp4", size="640x360", rate="24000/1001", seconds=3.003)

    source = await probe(file)

    assert (source.width, source.height) == (640, 360)
    assert source.frame_rate == Fraction(24000, 1001)
    assert source.duration_s == pytest.approx(3.003, abs=0.001)
    assert (source.video_track, source.audio_track) == (0, 1)


@pytest.mark.parametrize("extension", ["mp4", "mov", "mkv", "ts", "avi", "mpg", "mxf"])
async def test_a_film_is_one_in_any_container(
    extension: str, make_source: Make, tmp_path: Path
) -> None:
    codecs = ("-c:v", "mpeg2video", "-c:a", "pcm_s16le") if extension == "mxf" else ()
    file = make_source(f"any.{extension}", *codecs, sound=extension != "mpg")

    source = await probe(file)

    assert (source.width, source.height) == (320, 180)
    assert source.frame_rate == 25
    assert source.duration_s == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(
    ("extension", "video", "audio"),
    [
        ("mkv", "libsvtav1", "libopus"),
        ("webm", "libvpx-vp9", "libvorbis"),
        ("mp4", "libx265", "eac3"),
        ("mov", "prores", "pcm_s24le"),
        ("ts", "mpeg2video", "mp2"),
        ("mkv", "ffv1", "flac"),
        ("avi", "mpeg4", "libmp3lame"),
    ],
)
async def test_the_formats_that_films_come_in_are_read(
    extension: str, video: str, audio: str, make_source: Make
) -> None:
    pixels = "yuv422p10le" if video == "prores" else "yuv420p"
    codecs = ("-c:v", video, "-c:a", audio, "-pix_fmt", pixels)

    source = await probe(make_source(f"{video}.{extension}", *codecs))

    assert (source.width, source.height, source.frame_rate) == (320, 180, 25)
    assert source.audio_track == 1


@pytest.mark.parametrize(("extension", "codec"), [("mkv", "subrip"), ("mp4", "mov_text")])
async def test_subtitles_beside_the_film_do_no_harm(
    extension: str, codec: str, small_film: Path, tmp_path: Path
) -> None:
    words, film = tmp_path / "words.srt", tmp_path / f"film.{extension}"
    words.write_text("1\n00:00:00,500 --> 00:00:01,500\nHello\n")
    ffmpeg(
        "-i", str(words), "-i", str(small_film), "-map", "0", "-map", "1", "-c", "copy",
        "-c:s", codec, "-timecode", "00:00:00:00", str(film),
    )  # fmt: skip

    source = await probe(film)

    assert (source.video_track, source.audio_track) == (1, 2)


async def test_a_film_needs_no_extension(small_film: Path, tmp_path: Path) -> None:
    bare = tmp_path / "source"
    shutil.copy(small_film, bare)

    assert await probe(bare) == await probe(small_film)


async def test_a_film_without_sound_is_accepted(make_source: Make) -> None:
    source = await probe(make_source("silent.mp4", sound=False))

    assert source.audio_track is None


async def test_an_odd_size_is_accepted(make_source: Make) -> None:
    odd = ("-vf", "format=yuv444p,scale=641:363,setsar=1", "-pix_fmt", "yuv444p")

    source = await probe(make_source("odd.mp4", *odd))

    assert (source.width, source.height) == (641, 363)


async def test_a_film_held_upright_is_as_tall_as_it_is_seen(small_film: Path) -> None:
    turned = small_film.with_name("turned.mp4")
    ffmpeg("-display_rotation", "90", "-i", str(small_film), "-c", "copy", str(turned))

    source = await probe(turned)

    assert (source.width, source.height) == (180, 320)


async def test_pixels_that_are_not_square_are_counted_as_they_are_seen(make_source: Make) -> None:
    source = await probe(make_source("wide.mp4", "-vf", "setsar=64/45", size="720x576"))

    assert (source.width, source.height) == (1024, 576)


async def test_a_varying_rate_is_measured_as_the_nearest_standard_one(make_source: Make) -> None:
    uneven = "select='not(mod(n,2))+gt(mod(n,90),60)'"
    options = ("-vf", uneven, "-fps_mode", "vfr")

    source = await probe(make_source("uneven.mp4", *options, rate="60", seconds=4))

    assert source.frame_rate == 30
    assert source.duration_s == pytest.approx(4, abs=0.1)


async def test_a_recording_that_does_not_say_how_long_it_is_is_measured(
    make_source: Make, tmp_path: Path
) -> None:
    live = tmp_path / "live.mkv"
    live.write_bytes(
        ffmpeg(
            "-i", str(make_source("long.mp4")), "-c", "copy", "-f", "matroska", "-live", "1", "-"
        )
    )  # fmt: skip

    source = await probe(live)

    assert source.duration_s == pytest.approx(2, abs=0.1)


async def test_no_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert await refusal(tmp_path / "absent.mp4") is IngestCode.FILE_MISSING
    assert await refusal(tmp_path) is IngestCode.NOT_A_FILE
    assert await refusal(Path("/dev/zero")) is IngestCode.NOT_A_FILE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
async def test_a_file_that_may_not_be_read_is_refused(small_film: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked.mp4"
    shutil.copy(small_film, locked)
    locked.chmod(0)

    assert await refusal(locked) is IngestCode.FILE_UNREADABLE


async def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()

    assert await refusal(empty) is IngestCode.EMPTY_FILE


@pytest.mark.parametrize("extension", ["mp4", "mkv", "ts", "txt"])
async def test_text_is_no_film_whatever_it_is_called(extension: str, tmp_path: Path) -> None:
    text = tmp_path / f"text.{extension}"
    text.write_text("It was a dark and stormy night.\n" * 200)

    assert await refusal(text) is IngestCode.NOT_A_FILM


@pytest.mark.parametrize("extension", ["png", "jpg", "gif", "mp4"])
async def test_an_image_is_no_film(extension: str, tmp_path: Path) -> None:
    picture = tmp_path / f"picture.{'png' if extension == 'mp4' else extension}"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-frames:v", "1", str(picture))

    assert await refusal(picture.rename(tmp_path / f"p.{extension}")) is IngestCode.NOT_A_FILM


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:{film}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile 'file:{film}'\n",
        '<?xml version="1.0"?><MPD><BaseURL>file:{film}</BaseURL></MPD>',
    ],
)
@pytest.mark.parametrize("extension", ["m3u8", "mp4", "mkv"])
async def test_a_list_of_other_files_is_no_film(
    playlist: str, extension: str, small_film: Path, tmp_path: Path
) -> None:
    listed = tmp_path / f"list.{extension}"
    listed.write_text(playlist.format(film=small_film))

    assert await refusal(listed) is IngestCode.NOT_A_FILM


async def test_sound_alone_is_refused_also_with_a_cover(small_film: Path, tmp_path: Path) -> None:
    sound, cover = tmp_path / "sound.m4a", tmp_path / "cover.jpg"
    ffmpeg("-i", str(small_film), "-vn", "-c", "copy", str(sound))
    ffmpeg("-i", str(small_film), "-frames:v", "1", str(cover))
    album = tmp_path / "album.m4a"
    ffmpeg(
        "-i", str(sound), "-i", str(cover), "-map", "0", "-map", "1", "-c", "copy",
        "-disposition:v:0", "attached_pic", str(album),
    )  # fmt: skip

    assert await refusal(sound) is IngestCode.NO_VIDEO
    assert await refusal(album) is IngestCode.NO_VIDEO


@pytest.mark.parametrize("part", [0.3, 0.9])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("index-last.mp4", ()),
        ("index-first.mp4", ("-movflags", "+faststart")),
        ("fragments.mp4", ("-movflags", "frag_keyframe+empty_moov", "-g", "5")),
        ("matroska.mkv", ()),
        ("riff.avi", ()),
    ],
)
async def test_a_file_that_was_cut_off_is_refused(
    name: str, options: tuple[str, ...], part: float, make_source: Make
) -> None:
    whole = make_source(name, *options, seconds=12)
    await probe(whole)

    assert await refusal(cut(whole, part)) is IngestCode.TRUNCATED


async def test_a_few_frames_are_no_film(make_source: Make) -> None:
    one = make_source("one.mp4", "-frames:v", "1", sound=False)
    few = make_source("few.mp4", seconds=0.5)

    assert await refusal(one) is IngestCode.TOO_SHORT
    assert await refusal(few) is IngestCode.TOO_SHORT


async def test_a_size_no_screen_shows_is_refused(make_source: Make) -> None:
    assert await refusal(make_source("dot.mp4", size="16x16")) is IngestCode.UNSUPPORTED_SIZE
    assert await refusal(make_source("strip.mp4", size="800x64")) is IngestCode.UNSUPPORTED_SIZE


async def test_a_format_outside_the_list_is_refused(make_source: Make) -> None:
    file = make_source("animation.mov", "-c:v", "qtrle", "-pix_fmt", "rgb24")

    assert await refusal(file) is IngestCode.UNSUPPORTED_CODEC
