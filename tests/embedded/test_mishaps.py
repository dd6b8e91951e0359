import signal

import pytest

from app.embedded.mishaps import FULL_BYTES, cause_of_death, oom_kills, state_of_disk


@pytest.mark.parametrize(
    ("free_bytes", "state"),
    [
        (50 * 1024**3, "has_room"),
        (2 * 1024**3, "has_room"),
        (2 * 1024**3 - 1, "nearly_full"),
        (FULL_BYTES, "nearly_full"),
        (FULL_BYTES - 1, "full"),
        (0, "full"),
    ],
)
def test_a_disk_is_told_by_the_room_that_is_left(free_bytes, state):
    assert state_of_disk(free_bytes) == state


@pytest.mark.parametrize(
    ("code", "kills", "cause"),
    [
        (0, 0, "exit_0"),
        (3, 1, "exit_3"),
        (-signal.SIGTERM, 0, "SIGTERM"),
        (-signal.SIGSEGV, 1, "SIGSEGV"),
        (-signal.SIGKILL, 0, "SIGKILL"),
        (-signal.SIGKILL, 1, "out_of_memory"),
    ],
)
def test_only_a_kill_that_the_kernel_counted_was_for_memory(code, kills, cause):
    assert cause_of_death(code, kills) == cause


def test_a_container_counts_before_the_machine_does(tmp_path):
    container, machine = tmp_path / "memory.events", tmp_path / "vmstat"
    machine.write_text("nr_free_pages 12345\noom_kill 9\n")

    assert oom_kills([container, machine]) == 9
    container.write_text("low 0\noom 3\noom_kill 2\n")
    assert oom_kills([container, machine]) == 2


def test_a_machine_that_does_not_count_is_believed_to_have_killed_nobody(tmp_path):
    assert oom_kills([tmp_path / "none"]) == 0
