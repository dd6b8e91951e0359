"""What is packaged: encrypted segments, and manifests that say how to open them."""

from pathlib import Path
from xml.dom import minidom

import pytest

from domain.encoding import TrackClass
from tests.workers.conftest import KEYS, Made, ffmpeg

pytestmark = pytest.mark.slow


def joined(made: Made, track: str) -> Path:
    """The segments of a track behind its header, as a player appends them."""
    whole = made.work / f"{track}-joined.mp4"
    segments = sorted((made.film.folder / track).glob("*.m4s"))
    header = made.film.folder / track / "init.mp4"
    whole.write_bytes(b"".join(part.read_bytes() for part in [header, *segments]))
    return whole


def packet_hashes(file: Path, *options: str) -> list[str]:
    """A hash for each packet of the encoder: equal ones decode to equal pictures and sound."""
    answer = ffmpeg(*options, "-i", str(file), "-c", "copy", "-f", "framehash", "-")
    lines = [line for line in answer.decode().splitlines() if line[:1] != "#"]
    return [line.split(",")[5].strip() for line in lines]


def test_each_track_opens_with_its_own_key_to_exactly_what_was_encoded(made: Made) -> None:
    classes = {"v360": "SD", "v480": "SD", "v720": "HD", "a": "AUDIO"}
    for track, track_class in classes.items():
        key = KEYS[TrackClass(track_class)].key.hex()
        packaged = joined(made, track)

        opened = packet_hashes(packaged, "-decryption_key", key)

        assert opened == packet_hashes(made.work / "encoded" / f"{track}.mp4")


def test_another_key_opens_nothing_and_no_key_lies_beside_the_film(made: Made) -> None:
    packaged, encoded = joined(made, "v720"), made.work / "encoded" / "v720.mp4"
    wrong = KEYS[TrackClass.SD].key.hex()
    clear = b"".join(part.read_bytes() for part in made.film.folder.rglob("*.m*"))

    opened = packet_hashes(packaged, "-decryption_key", wrong)

    assert len(opened) == 120
    assert not set(opened) & set(packet_hashes(encoded))
    assert not any(key.key in clear or key.key.hex().encode() in clear for key in KEYS.values())


def test_every_sample_of_every_segment_is_encrypted(made: Made) -> None:
    for segment in made.film.folder.rglob("*.m4s"):
        assert b"senc" in segment.read_bytes()
    for header in made.film.folder.rglob("init.mp4"):
        assert b"cenc" in header.read_bytes()


def test_the_playlists_name_their_keys_and_have_one_target_duration(made: Made) -> None:
    for track, track_class in {"v480": "SD", "v720": "HD", "a": "AUDIO"}.items():
        lines = (made.film.folder / f"{track}.m3u8").read_text().splitlines()
        kid = KEYS[TrackClass(track_class)].kid.hex

        assert lines[:4] == [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            "#EXT-X-TARGETDURATION:4",
            "#EXT-X-PLAYLIST-TYPE:VOD",
        ]
        assert lines[4] == f'#EXT-X-MAP:URI="{track}/init.mp4"'
        assert lines[5] == (
            f'#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="/license/key/{kid}",KEYFORMAT="identity"'
        )
        assert lines[6].endswith('KEYFORMAT="org.w3.clearkey",KEYFORMATVERSIONS="1"')
        assert [line for line in lines[7:] if line[:1] != "#"] == [
            f"{track}/00001.m4s",
            f"{track}/00002.m4s",
        ]
        assert lines[-1] == "#EXT-X-ENDLIST"


def test_the_multivariant_playlist_offers_what_was_measured(made: Made) -> None:
    lines = (made.film.folder / "master.m3u8").read_text().splitlines()
    variants = [line for line in lines if line.startswith("#EXT-X-STREAM-INF:")]

    assert lines[1] == "#EXT-X-VERSION:7"
    assert [line for line in lines if line[:1] != "#"] == ["v360.m3u8", "v480.m3u8", "v720.m3u8"]
    for line, rung in zip(variants, made.film.renditions, strict=True):
        assert f'CODECS="{rung.codec},mp4a.40.2"' in line
        assert f"RESOLUTION={rung.width}x{rung.height}" in line
        assert "FRAME-RATE=23.976" in line
        said = int(line.split("BANDWIDTH=")[1].split(",")[0]) // 1000
        assert rung.peak_kbps < said < rung.peak_kbps + 160


def test_dash_has_a_set_for_each_key_and_the_same_segments(made: Made) -> None:
    manifest = minidom.parse(str(made.film.folder / "manifest.mpd"))

    kids = {
        protection.getAttribute("cenc:default_KID")
        for protection in manifest.getElementsByTagName("ContentProtection")
    } - {""}
    heights = {
        int(each.getAttribute("height"))
        for name in ("Representation", "AdaptationSet")
        for each in manifest.getElementsByTagName(name)
        if each.hasAttribute("height")
    }
    assert kids == {str(key.kid) for key in KEYS.values()}
    assert len(manifest.getElementsByTagName("AdaptationSet")) == 3
    assert heights == {360, 480, 720}
