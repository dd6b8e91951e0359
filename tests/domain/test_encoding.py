"""Ladders, rates, keys and progress: the numbers every film is made by."""

from fractions import Fraction

import pytest

from domain.encoding import (
    EncodeTitle,
    FilmRefused,
    IngestCode,
    Rung,
    Source,
    Stage,
    TrackClass,
    check_source,
    gop_frames,
    ladder_for,
    progress_after,
    segment_s,
    steady_rate,
    tiles_for,
    timescale,
    track_classes,
)


def source(
    width: int, height: int, *, duration_s: float = 60.0, frame_rate: Fraction = Fraction(24)
) -> Source:
    return Source(width, height, duration_s, frame_rate, video_track=0, audio_track=1)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1920, 1080), [(640, 360), (854, 480), (1280, 720), (1920, 1080)]),
        ((3840, 2160), [(640, 360), (854, 480), (1280, 720), (1920, 1080)]),
        ((1280, 720), [(640, 360), (854, 480), (1280, 720)]),
        ((1278, 719), [(640, 360), (854, 480)]),
        ((641, 363), [(636, 360)]),  # odd, and just above a screen
        ((320, 240), [(320, 240)]),  # smaller than the smallest screen: its own size
        ((101, 57), [(100, 56)]),  # as even as it gets without being enlarged
        ((1080, 1920), [(202, 360), (270, 480), (404, 720), (608, 1080)]),  # held upright
        ((1920, 800), [(640, 266), (854, 356), (1280, 534), (1920, 800)]),  # wider than the screen
        ((1440, 1080), [(480, 360), (640, 480), (960, 720), (1440, 1080)]),  # narrower
    ],
)
def test_a_film_fits_every_screen_it_fills_and_is_never_enlarged(
    size: tuple[int, int], expected: list[tuple[int, int]]
) -> None:
    ladder = ladder_for(source(*size))

    assert [(step.width, step.height) for step in ladder] == expected


def test_every_size_gives_even_sides_within_the_source_and_different_heights() -> None:
    for width in range(32, 2100, 37):
        for height in range(32, 1200, 41):
            if max(width, height) > 4 * min(width, height):
                continue

            ladder = ladder_for(source(width, height))

            heights = [step.height for step in ladder]
            assert heights == sorted(set(heights))
            for step in ladder:
                assert step.width % 2 == step.height % 2 == 0
                assert 2 <= step.width <= width
                assert 2 <= step.height <= height
                # Rounding to even pixels bends the shape by at most a pixel on each side.
                assert abs(step.width * height - step.height * width) <= width + height


def test_the_ladder_costs_what_the_promises_say() -> None:
    rates = {rung.height: rung.max_kbps for rung in Rung}

    assert rates == {360: 600, 480: 1000, 720: 2500, 1080: 5000}


def test_a_rung_is_named_and_keyed_by_the_lines_it_really_has() -> None:
    ladder = ladder_for(source(1920, 800))

    assert [(step.name, step.track_class) for step in ladder] == [
        ("v266", TrackClass.SD),
        ("v356", TrackClass.SD),
        ("v534", TrackClass.SD),
        ("v800", TrackClass.HD),
    ]


def test_a_film_needs_a_key_for_its_sound_and_one_for_each_class_it_has() -> None:
    small, large = ladder_for(source(640, 360)), ladder_for(source(1920, 1080))

    assert track_classes(small) == [TrackClass.AUDIO, TrackClass.SD]
    assert track_classes(large) == [TrackClass.AUDIO, TrackClass.SD, TrackClass.HD]


@pytest.mark.parametrize(
    ("nominal", "average", "expected"),
    [
        (Fraction(24000, 1001), Fraction(24000, 1001), Fraction(24000, 1001)),
        (Fraction(25), Fraction(25), Fraction(25)),
        (Fraction(15), Fraction(15), Fraction(15)),  # unusual, and kept
        (Fraction(30), Fraction(2997, 100), Fraction(30)),  # the last frame was held
        (Fraction(90000), Fraction(2998, 100), Fraction(30000, 1001)),  # a telephone's
        (Fraction(120), Fraction(120), Fraction(60)),  # faster than televisions
        (Fraction(1), Fraction(1), Fraction(24000, 1001)),  # a slide show
        (Fraction(0), Fraction(0), Fraction(24000, 1001)),  # unknown
    ],
)
def test_a_constant_rate_is_kept_and_any_other_becomes_the_nearest_standard_one(
    nominal: Fraction, average: Fraction, expected: Fraction
) -> None:
    assert steady_rate(nominal, average) == expected


@pytest.mark.parametrize(
    ("rate", "frames", "seconds", "ticks"),
    [
        (Fraction(24000, 1001), 48, Fraction(4004, 1000), 24000),
        (Fraction(24), 48, Fraction(4), 24000),
        (Fraction(25), 50, Fraction(4), 25000),
        (Fraction(30000, 1001), 60, Fraction(4004, 1000), 30000),
        (Fraction(60), 120, Fraction(4), 60000),
    ],
)
def test_segments_are_whole_groups_of_pictures_that_begin_on_a_tick(
    rate: Fraction, frames: int, seconds: Fraction, ticks: int
) -> None:
    assert gop_frames(rate) == frames
    assert segment_s(rate) == seconds
    assert timescale(rate) == ticks
    assert (timescale(rate) / rate).denominator == 1


@pytest.mark.parametrize(
    ("duration_s", "rate", "every_frames", "rows"),
    [
        (3.0, Fraction(25), 25, 1),
        (60.0, Fraction(24), 24, 6),
        (300.0, Fraction(24), 24, 30),
        (301.0, Fraction(24), 48, 16),
        (7200.0, Fraction(24000, 1001), 576, 30),
    ],
)
def test_tiles_are_a_second_apart_until_there_would_be_too_many(
    duration_s: float, rate: Fraction, every_frames: int, rows: int
) -> None:
    tiles = tiles_for(source(1920, 1080, duration_s=duration_s, frame_rate=rate))

    assert (tiles.width, tiles.height) == (160, 90)
    assert (tiles.every_frames, tiles.rows) == (every_frames, rows)


@pytest.mark.parametrize(
    ("film", "reason"),
    [
        (source(640, 360, duration_s=0.04), IngestCode.TOO_SHORT),
        (source(30, 30), IngestCode.UNSUPPORTED_SIZE),
        (source(8194, 4608), IngestCode.UNSUPPORTED_SIZE),
        (source(2000, 400), IngestCode.UNSUPPORTED_SIZE),
    ],
)
def test_what_no_screen_could_show_is_refused(film: Source, reason: IngestCode) -> None:
    with pytest.raises(FilmRefused) as refused:
        check_source(film)

    assert refused.value.reason is reason


def test_progress_grows_from_stage_to_stage_up_to_one() -> None:
    told = [progress_after(stage, done) for stage in Stage for done in (0.0, 0.5, 1.0)]

    assert told == sorted(told)
    assert told[0] == 0.0
    assert told[-1] == pytest.approx(1.0)
    assert progress_after(Stage.ENCODE, 7.0) == progress_after(Stage.PACKAGE, 0.0)


def test_the_order_to_encode_waits_in_the_queue_of_the_encoders() -> None:
    assert EncodeTitle.queue == "encode"
