"""The playlists, line by line: what the packager wrote, and what players need."""

from uuid import UUID

from domain.catalog import Rendition
from workers.media.hls import finish_master, finish_media

MEDIA = """\
#EXTM3U
#EXT-X-VERSION:6
## Generated with a packager
#EXT-X-TARGETDURATION:5
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="v720/init.mp4"
#EXTINF:4.004,
v720/00001.m4s
#EXT-X-ENDLIST
"""
MASTER = """\
#EXTM3U
## Generated with a packager

#EXT-X-INDEPENDENT-SEGMENTS

#EXT-X-MEDIA:TYPE=AUDIO,URI="a.m3u8",GROUP-ID="audio",NAME="Original",DEFAULT=NO,AUTOSELECT=YES

#EXT-X-STREAM-INF:BANDWIDTH=1,AVERAGE-BANDWIDTH=2,CODECS="avc1.64001e,mp4a.40.2",AUDIO="audio"
v360.m3u8

#EXT-X-STREAM-INF:BANDWIDTH=3,AVERAGE-BANDWIDTH=4,CODECS="avc1.64001f,mp4a.40.2",AUDIO="audio"
v720.m3u8
"""


def rendition(height: int, average_kbps: int, peak_kbps: int) -> Rendition:
    return Rendition(height, 16 * height // 9, "avc1.64001f", average_kbps, peak_kbps)


def test_a_media_playlist_names_its_key_twice() -> None:
    kid = UUID("00112233-4455-6677-8899-aabbccddeeff")

    finished = finish_media(MEDIA, kid=kid, target_s=4)

    assert finished.splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:4",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        '#EXT-X-MAP:URI="v720/init.mp4"',
        "#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,"
        'URI="/license/key/00112233445566778899aabbccddeeff",KEYFORMAT="identity"',
        "#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,"
        'URI="data:;base64,ABEiM0RVZneImaq7zN3u/w==",'
        'KEYFORMAT="org.w3.clearkey",KEYFORMATVERSIONS="1"',
        "#EXTINF:4.004,",
        "v720/00001.m4s",
        "#EXT-X-ENDLIST",
    ]


def test_the_multivariant_playlist_says_what_was_measured() -> None:
    renditions = {360: rendition(360, 500, 600), 720: rendition(720, 2000, 2500)}

    finished = finish_master(MASTER, renditions, sound_average_kbps=130, sound_peak_kbps=133)

    assert finished.splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MEDIA:TYPE=AUDIO,URI="a.m3u8",GROUP-ID="audio",NAME="Original",'
        "DEFAULT=YES,AUTOSELECT=YES",
        "#EXT-X-STREAM-INF:BANDWIDTH=733000,AVERAGE-BANDWIDTH=630000,"
        'CODECS="avc1.64001e,mp4a.40.2",AUDIO="audio"',
        "v360.m3u8",
        "#EXT-X-STREAM-INF:BANDWIDTH=2633000,AVERAGE-BANDWIDTH=2130000,"
        'CODECS="avc1.64001f,mp4a.40.2",AUDIO="audio"',
        "v720.m3u8",
    ]
