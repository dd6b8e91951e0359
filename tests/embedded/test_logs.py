"""Does a log stay small, and keep what was printed last?"""

from app.embedded.logs import shorten


def test_what_is_in_a_large_log_moves_aside_and_its_writer_goes_on(tmp_path):
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"one\ntwo\n")

        shorten(log, largest_bytes=7)
        writer.write(b"three\n")

    assert log.read_text() == "three\n"
    assert (tmp_path / "web.log.1").read_text() == "one\ntwo\n"
    assert {path.name for path in tmp_path.iterdir()} == {"web.log", "web.log.1"}


def test_a_small_log_is_left_alone(tmp_path):
    (tmp_path / "web.log").write_text("one\n")

    shorten(tmp_path / "web.log", largest_bytes=4)
    shorten(tmp_path / "no.log", largest_bytes=4)

    assert [path.name for path in tmp_path.iterdir()] == ["web.log"]
