import re
from xml.etree import ElementTree

import pytest

from domain.errors import UnsupportedDevice
from domain.manifests import render_dash, render_hls, rung_height

HOUSE = "http://house.test:8000"
KID = "10000000000000000000000000000002"

MASTER = """\
#EXTM3U
#EXT-X-INDEPENDENT-SEGMENTS

#EXT-X-MEDIA:TYPE=AUDIO,URI="a.m3u8",GROUP-ID="audio",LANGUAGE="en",NAME="English",DEFAULT=YES

#EXT-X-STREAM-INF:BANDWIDTH=1729666,CODECS="avc1.42c01e,mp4a.40.2",RESOLUTION=640x360,AUDIO="audio"
v360.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=6596496,CODECS="avc1.42c01f,mp4a.40.2",RESOLUTION=1280x720,AUDIO="audio"
v720.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=9384232,CODECS="avc1.42c028,mp4a.40.2",RESOLUTION=1920x804,AUDIO="audio"
v1080.m3u8

#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=50084,CODECS="avc1.42c01e",URI="v360-iframes.m3u8"
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=128144,CODECS="avc1.42c01f",URI="v720-iframes.m3u8"
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=234990,CODECS="avc1.42c028",URI="v1080-iframes.m3u8"
"""

PLAYLIST = f"""\
#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="v720/init.mp4"
#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="/license/key/{KID}",KEYFORMAT="identity"
#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="data:;base64,EAAA",KEYFORMAT="org.w3.clearkey"
#EXTINF:4.000,
v720/00001.m4s
#EXT-X-ENDLIST
"""

PSSH = "AAAAVHBzc2gBAAAAEHfv7MCyTQKs4zweUuL7SwAAAAMQAAAAAAAAAAAAAAAAAAAE"


def adaptation_set(id_: int, kid: int, switching: str, rungs: list[tuple[int, int]]) -> str:
    widest, tallest = max(rungs)
    listed = "".join(
        f"""
      <Representation id="{height}" bandwidth="1" mimeType="video/mp4" width="{width}" height="{height}">
        <SegmentTemplate timescale="24000" initialization="v{height}/init.mp4" media="v{height}/$Number%05d$.m4s">
          <SegmentTimeline><S t="0" d="96000" r="1"/></SegmentTimeline>
        </SegmentTemplate>
      </Representation>"""  # noqa: E501 - as the packager writes it
        for width, height in rungs
    )
    return f"""
    <AdaptationSet id="{id_}" contentType="video" maxWidth="{widest}" maxHeight="{tallest}" par="16:9">
      <ContentProtection value="cenc" schemeIdUri="urn:mpeg:dash:mp4protection:2011" cenc:default_KID="10000000-0000-0000-0000-00000000000{kid}"/>
      <ContentProtection schemeIdUri="urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b">
        <cenc:pssh>{PSSH}</cenc:pssh>
      </ContentProtection>
      <SupplementalProperty schemeIdUri="urn:mpeg:dash:adaptation-set-switching:2016" value="{switching}"/>
      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>{listed}
    </AdaptationSet>"""  # noqa: E501 - as the packager writes it


MPD = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<!--Generated-->
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="urn:mpeg:dash:schema:mpd:2011 DASH-MPD.xsd" xmlns:cenc="urn:mpeg:cenc:2013" \
profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static" mediaPresentationDuration="PT8S">
  <Period id="0">\
{adaptation_set(1, 1, "2", [(640, 360), (854, 480)])}\
{adaptation_set(2, 2, "1", [(1280, 720), (1920, 1080)])}
    <AdaptationSet id="0" contentType="audio" lang="en">
      <ContentProtection value="cenc" schemeIdUri="urn:mpeg:dash:mp4protection:2011" \
cenc:default_KID="10000000-0000-0000-0000-000000000004"/>
      <Representation id="4" bandwidth="133742" codecs="mp4a.40.2" mimeType="audio/mp4">
        <SegmentTemplate timescale="48000" initialization="a/init.mp4" media="a/$Number%05d$.m4s"/>
      </Representation>
    </AdaptationSet>
  </Period>
</MPD>
"""
DASH = {"": "urn:mpeg:dash:schema:mpd:2011", "cenc": "urn:mpeg:cenc:2013"}


def hls(text: str, max_height: int) -> str:
    return render_hls(text, max_height=max_height, public_url=HOUSE, token="t0.k-e.n_")


def rungs_of(mpd: str) -> dict[str, list[str]]:
    """Heights by adaptation set, read by another parser than the one under test."""
    period = ElementTree.fromstring(mpd).find("Period", DASH)
    assert period is not None
    return {
        one.attrib["id"]: [r.get("height", "-") for r in one.findall("Representation", DASH)]
        for one in period.findall("AdaptationSet", DASH)
    }


@pytest.mark.parametrize(
    ("file", "height"),
    [
        ("v720.m3u8", 720),
        ("v720-iframes.m3u8", 720),
        ("v8/init.mp4", 8),
        ("v1080/init.mp4", 1080),
        ("v1080/00001.m4s", 1080),
        ("a.m3u8", None),
        ("a/init.mp4", None),
        ("master.m3u8", None),
        ("manifest.mpd", None),
        ("storyboard.jpg", None),
        ("video.m3u8", None),
    ],
)
def test_a_file_name_says_the_height_of_its_rung(file, height):
    assert rung_height(file) == height


def test_a_multivariant_playlist_for_the_best_rung_is_the_stored_one():
    assert hls(MASTER, 1080) == MASTER


def test_a_multivariant_playlist_has_no_rung_above_the_height():
    rendered = hls(MASTER, 720)

    assert re.findall(r"^[^#\n].*", rendered, re.MULTILINE) == ["v360.m3u8", "v720.m3u8"]
    assert re.findall(r'URI="(.+?)"', rendered) == [
        "a.m3u8",
        "v360-iframes.m3u8",
        "v720-iframes.m3u8",
    ]
    assert rendered.count("#EXT-X-STREAM-INF") == 2
    assert "1080" not in rendered


def test_a_playlist_without_a_line_end_at_its_end_is_read_to_the_end():
    cut = MASTER.split("\n\n#EXT-X-I-FRAME")[0]

    assert cut.endswith("v1080.m3u8")
    assert "1080" not in hls(cut, 720)


def test_a_variant_whose_name_says_no_height_is_left_out():
    odd = MASTER.replace("v360.m3u8", "best.m3u8")

    assert "best.m3u8" not in hls(odd, 1080)


def test_a_height_below_every_rung_is_refused_by_name():
    with pytest.raises(UnsupportedDevice):
        hls(MASTER, 240)
    with pytest.raises(UnsupportedDevice):
        render_dash(MPD, max_height=240)


def test_a_key_line_leads_to_this_house_with_the_token_and_the_rest_stays():
    rendered = hls(PLAYLIST, 720)

    assert rendered == PLAYLIST.replace(
        f'"/license/key/{KID}"', f'"{HOUSE}/license/key/{KID}?token=t0.k-e.n_"'
    )
    assert rendered != PLAYLIST


def test_an_mpd_for_the_best_rung_keeps_every_rung():
    rendered = render_dash(MPD, max_height=1080)

    assert rungs_of(rendered) == {"1": ["360", "480"], "2": ["720", "1080"], "0": ["-"]}
    assert ElementTree.canonicalize(rendered) == ElementTree.canonicalize(MPD)


def test_an_mpd_loses_a_rung_and_its_set_keeps_true_maxima():
    rendered = render_dash(MPD, max_height=720)

    assert rungs_of(rendered) == {"1": ["360", "480"], "2": ["720"], "0": ["-"]}
    assert 'maxWidth="1280" maxHeight="720"' in rendered
    assert 'maxWidth="854" maxHeight="480"' in rendered
    assert "1080" not in rendered
    assert "1920" not in rendered


def test_an_mpd_loses_a_set_without_rungs_and_every_hint_to_it():
    rendered = render_dash(MPD, max_height=480)

    assert rungs_of(rendered) == {"1": ["360", "480"], "0": ["-"]}
    assert "adaptation-set-switching" not in rendered
    assert "000000000002" not in rendered


def test_an_mpd_keeps_hints_to_the_sets_that_are_left():
    three = MPD.replace('switching:2016" value="2"', 'switching:2016" value="2,9"').replace(
        '<AdaptationSet id="0"',
        adaptation_set(9, 9, "1,2", [(426, 240)]).strip() + '\n    <AdaptationSet id="0"',
    )

    rendered = render_dash(three, max_height=480)

    values = re.findall(r'adaptation-set-switching:2016" value="(.*?)"', rendered)
    assert values == ["9", "1"]


def test_an_mpd_keeps_its_namespaces_as_written():
    rendered = render_dash(MPD, max_height=480)

    assert rendered.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    assert '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"' in rendered
    assert 'xmlns:cenc="urn:mpeg:cenc:2013"' in rendered
    assert f"<cenc:pssh>{PSSH}</cenc:pssh>" in rendered
    assert 'cenc:default_KID="10000000-0000-0000-0000-000000000001"' in rendered
    assert "ns0" not in rendered
