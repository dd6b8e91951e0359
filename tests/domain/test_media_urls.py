import base64
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import TokenExpired, TokenInvalid
from domain.ids import MediaId, SessionId
from domain.media_urls import Grant, Viewing, film_address, picture_address, sign, verify
from tests.traversals import traversals

KEY = bytes(range(32))
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
MEDIA = MediaId("med_" + "a" * 32)
VIEWING = Viewing(SessionId("pbs_" + "b" * 32), 720)
FILM = Grant(f"films/{MEDIA}/", NOW + timedelta(hours=12), VIEWING)
PICTURE = Grant(f"artwork/mov_{'c' * 32}/art_{'d' * 32}.jpg", NOW + timedelta(days=30))


@pytest.mark.parametrize("grant", [FILM, PICTURE], ids=["film", "picture"])
def test_a_grant_gives_back_what_was_signed(grant):
    assert verify(KEY, sign(KEY, grant), now=NOW) == grant


def test_a_grant_fits_into_one_part_of_a_path():
    text = sign(KEY, FILM)

    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    assert len(text) < 220


def test_a_grant_is_good_until_its_last_moment_and_not_at_its_end():
    text = sign(KEY, FILM)

    assert verify(KEY, text, now=FILM.expires_at - timedelta(microseconds=1)) == FILM
    with pytest.raises(TokenExpired):
        verify(KEY, text, now=FILM.expires_at)


@pytest.mark.parametrize("grant", [FILM, PICTURE], ids=["film", "picture"])
def test_every_flipped_bit_of_a_grant_is_refused(grant):
    text = sign(KEY, grant)

    for at in range(len(text)):
        for bit in range(7):
            changed = text[:at] + chr(ord(text[at]) ^ (1 << bit)) + text[at + 1 :]
            with pytest.raises(TokenInvalid):
                verify(KEY, changed, now=NOW)


@pytest.mark.parametrize("grant", [FILM, PICTURE], ids=["film", "picture"])
def test_every_shortened_or_longer_grant_is_refused(grant):
    text = sign(KEY, grant)
    shorter = [text[:at] + text[at + 1 :] for at in range(len(text))]
    longer = [text + tail for tail in ("=", "A", ".", "\n", "\x00", ".A", "A" * 10_000)]

    for changed in [*shorter, *longer, "", ".", "é", "é.é", "\ud800"]:
        with pytest.raises(TokenInvalid):
            verify(KEY, changed, now=NOW)


@pytest.mark.parametrize(
    "other",
    [
        Grant("films/", FILM.expires_at, VIEWING),
        Grant(FILM.prefix, FILM.expires_at + timedelta(seconds=1), VIEWING),
        Grant(FILM.prefix, FILM.expires_at, Viewing(VIEWING.session_id, 1080)),
        Grant(FILM.prefix, FILM.expires_at, Viewing(SessionId("pbs_" + "e" * 32), 720)),
        Grant(FILM.prefix, FILM.expires_at),
    ],
    ids=["prefix", "expiry", "height", "session", "no session"],
)
def test_the_signature_of_one_grant_is_refused_under_another(other):
    _, _, signature = sign(KEY, FILM).partition(".")
    payload, _, _ = sign(KEY, other).partition(".")

    with pytest.raises(TokenInvalid):
        verify(KEY, f"{payload}.{signature}", now=NOW)


def test_a_grant_of_another_house_is_refused_and_its_age_not_told():
    expired = Grant(FILM.prefix, NOW - timedelta(days=1), VIEWING)

    for grant in (FILM, expired):
        with pytest.raises(TokenInvalid):
            verify(KEY, sign(bytes(32), grant), now=NOW)


@pytest.mark.parametrize(
    "file",
    [
        "manifest.mpd",
        "master.m3u8",
        "a.m3u8",
        "a/init.mp4",
        "a/00001.m4s",
        "storyboard.jpg",
        "v360.m3u8",
        "v360-iframes.m3u8",
        "v720/init.mp4",
        "v720/00001.m4s",
    ],
)
def test_a_film_grant_opens_the_files_of_its_film(file):
    assert FILM.opens(FILM.prefix + file)


@pytest.mark.parametrize(
    "file", ["v1080.m3u8", "v1080-iframes.m3u8", "v1080/init.mp4", "v1080/00001.m4s", "V1080/x.m4s"]
)
def test_a_film_grant_opens_no_rung_above_the_height_of_its_viewing(file):
    assert not FILM.opens(FILM.prefix + file)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "films",
        "films/",
        FILM.prefix,
        FILM.prefix[:-1],
        f"films/med_{'f' * 32}/manifest.mpd",
        f"films/{MEDIA}x/manifest.mpd",
        f"FILMS/{MEDIA}/manifest.mpd",
        f"sources/{MEDIA}",
        PICTURE.prefix,
    ],
)
def test_a_film_grant_opens_nothing_outside_its_film(path):
    assert not FILM.opens(path)


def test_a_picture_grant_opens_that_picture_and_nothing_else():
    assert PICTURE.opens(PICTURE.prefix)
    for path in (PICTURE.prefix + "x", PICTURE.prefix[:-1], PICTURE.prefix + "/x", "", "artwork/"):
        assert not PICTURE.opens(path)


def test_no_traversal_of_hundreds_is_a_path():
    forms = traversals()

    assert len(forms) > 300
    for form in forms:
        assert not FILM.opens(FILM.prefix + form), form
        assert not FILM.opens(form), form


def test_a_film_address_names_the_file_behind_its_grant():
    address = film_address(KEY, MEDIA, "manifest.mpd", VIEWING, expires_at=FILM.expires_at)

    empty, media, grant, *path = address.split("/")
    assert (empty, media, path) == ("", "media", ["films", MEDIA, "manifest.mpd"])
    assert verify(KEY, grant, now=NOW) == FILM


def test_a_picture_address_stays_the_same_for_a_month_and_outlives_its_cache():
    days = [picture_address(KEY, PICTURE.prefix, now=NOW + timedelta(days=d)) for d in range(300)]

    assert len(set(days)) == 11
    for day, address in enumerate(days):
        grant = verify(KEY, address.split("/")[2], now=NOW)
        left = grant.expires_at - (NOW + timedelta(days=day))
        assert timedelta(days=30) < left <= timedelta(days=60)


def test_the_signature_is_no_text_that_reads_as_another_one():
    payload, _, signature = sign(KEY, FILM).partition(".")
    same_bytes = signature[:-1] + chr(ord(signature[-1]) + 1)

    assert base64.urlsafe_b64decode(same_bytes + "=") == base64.urlsafe_b64decode(signature + "=")
    with pytest.raises(TokenInvalid):
        verify(KEY, f"{payload}.{same_bytes}", now=NOW)
