"""Rates and lengths, from sizes that are easy to reckon with."""

from pathlib import Path

import pytest

from workers.media.measure import (
    Segment,
    average_kbps,
    h264_codec,
    peak_kbps,
    segments_of,
    target_s,
)

SEGMENTS = [Segment(4.0, 500_000), Segment(4.0, 1_000_000), Segment(1.0, 500_000)]


def test_a_playlist_lists_its_segments_with_their_sizes(tmp_path: Path) -> None:
    (tmp_path / "one.m4s").write_bytes(b"12345")
    (tmp_path / "two.m4s").write_bytes(b"123")
    playlist = tmp_path / "v.m3u8"
    playlist.write_text("#EXTM3U\n#EXTINF:4.004,\none.m4s\n#EXTINF:0.5,\ntwo.m4s\n")

    assert segments_of(playlist) == [Segment(4.004, 5), Segment(0.5, 3)]


def test_the_average_is_over_everything() -> None:
    assert average_kbps(SEGMENTS) == 1778  # 16,000 kbit in 9 s


def test_a_short_last_segment_counts_with_the_one_before_it() -> None:
    assert peak_kbps(SEGMENTS) == 2400  # 12,000 kbit in 5 s, not 4,000 in 1 s


def test_one_short_segment_is_its_own_peak() -> None:
    assert peak_kbps([Segment(0.5, 125_000)]) == 2000


@pytest.mark.parametrize(
    ("seconds", "expected"), [([4.004, 4.011, 0.9], 4), ([4.5], 5), ([0.2], 1)]
)
def test_the_target_duration_is_the_longest_segment_rounded(
    seconds: list[float], expected: int
) -> None:
    assert target_s([Segment(length, 1) for length in seconds]) == expected


def test_the_codec_is_named_after_the_configuration_record() -> None:
    assert h264_codec(b"\0\0\0\x2cavcC\x01\x64\x00\x1f\xff") == "avc1.64001f"
