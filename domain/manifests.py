"""What one session reads of a film's manifests: its rungs only, and addresses of its keys.

Pure functions over the text that our own packager wrote.
"""

import re
from xml.dom import minidom

from domain.errors import UnsupportedDevice

_RUNG = re.compile(r"v([0-9]+)(?:-iframes)?(?:/|\.m3u8$)")
_VARIANT = re.compile(r"^#EXT-X-STREAM-INF:.*\n(.+)(?:\n|\Z)", re.MULTILINE)
_KEY_FRAMES = re.compile(r'^#EXT-X-I-FRAME-STREAM-INF:.*URI="([^"]+)".*(?:\n|\Z)', re.MULTILINE)
_KEY = re.compile(r'(?<=URI=")/license/key/[0-9a-f]{32}(?=")')
_SWITCHING = "urn:mpeg:dash:adaptation-set-switching:2016"


def rung_height(file: str) -> int | None:
    """The lines of the rung that `file` of a film (`v720.m3u8`, `v720/init.mp4`) belongs to;
    None for what every session gets: sound, storyboards, the manifests themselves."""
    match = _RUNG.match(file)
    return int(match[1]) if match else None


def render_hls(text: str, *, max_height: int, public_url: str, token: str) -> str:
    """A multivariant or media playlist without the rungs above `max_height`, and with key lines
    that a player can follow: at this house, with the session's license token.

    Raises UnsupportedDevice when no rung is left.
    """

    def fitting(match: re.Match[str]) -> str:
        return match[0] if _fits(match[1], max_height) else ""

    rendered = _VARIANT.sub(fitting, text)
    if _VARIANT.search(text) and not _VARIANT.search(rendered):
        raise UnsupportedDevice(f"There is no picture of {max_height} lines or less.")
    rendered = _KEY_FRAMES.sub(fitting, rendered)
    return _KEY.sub(lambda path: f"{public_url}{path[0]}?token={token}", rendered)


def render_dash(text: str, *, max_height: int) -> str:
    """An MPD without the rungs above `max_height`, nor the adaptation sets that they leave empty.

    Raises UnsupportedDevice when no rung is left.
    """
    # minidom keeps prefixes and comments as written; ElementTree would rename every namespace.
    document = minidom.parseString(text)  # noqa: S318 - written by our packager, not by a stranger
    videos = [
        e for e in _all(document, "AdaptationSet") if e.getAttribute("contentType") == "video"
    ]
    kept = [video for video in videos if _keep_rungs(video, max_height)]
    if not kept:
        raise UnsupportedDevice(f"There is no picture of {max_height} lines or less.")
    ids = {video.getAttribute("id") for video in kept}
    for video in videos:
        _forget_switching(video, ids)
        if video not in kept:
            _remove(video)
    return document.toxml(encoding="UTF-8").decode()


def _keep_rungs(adaptation_set: minidom.Element, max_height: int) -> bool:
    """Whether any rung is left. The set's own maxima follow those that are."""
    kept = []
    for rung in _all(adaptation_set, "Representation"):
        template = _all(rung, "SegmentTemplate")[0]
        if _fits(template.getAttribute("initialization"), max_height):
            kept.append(rung)
        else:
            _remove(rung)
    for maximum, own in (("maxWidth", "width"), ("maxHeight", "height")):
        if kept and adaptation_set.hasAttribute(maximum):
            most = max(int(rung.getAttribute(own)) for rung in kept)
            adaptation_set.setAttribute(maximum, str(most))
    return bool(kept)


def _forget_switching(adaptation_set: minidom.Element, ids: set[str]) -> None:
    """Players may switch between sets of different keys, but not to one that is not there."""
    for hint in _all(adaptation_set, "SupplementalProperty"):
        if hint.getAttribute("schemeIdUri") != _SWITCHING:
            continue
        others = [other for other in hint.getAttribute("value").split(",") if other in ids]
        if others:
            hint.setAttribute("value", ",".join(others))
        else:
            _remove(hint)


def _fits(file: str, max_height: int) -> bool:
    """A picture whose name says no height is nobody's: refuse what cannot be judged."""
    height = rung_height(file)
    return height is not None and height <= max_height


def _all(parent: minidom.Document | minidom.Element, name: str) -> list[minidom.Element]:
    return list(parent.getElementsByTagName(name))


def _remove(element: minidom.Element) -> None:
    if element.parentNode is not None:
        element.parentNode.removeChild(element)
