"""Does a person see how far a film is, and a program only the answer?"""

import os
import pty
import subprocess
import sys

SHOW = """
import typer
from app.progress import shown

with shown() as advance:
    advance("Slow Weather", 0.0)
    advance("Slow Weather", 0.5)
    typer.echo("ready {}")
    advance("Slow Weather", 1.0)
    advance("Slow Weather", 1.0)
"""


def test_elsewhere_than_on_a_terminal_a_begin_and_an_end_are_plain_lines():
    done = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True)

    assert done.stdout == "ready {}\n"
    assert done.stderr == "Slow Weather: begun\nSlow Weather: done\n"


def test_on_a_terminal_it_is_a_bar_and_the_answer_still_goes_down_its_pipe():
    screen, terminal = pty.openpty()

    done = subprocess.run(
        [sys.executable, "-c", SHOW], stdout=subprocess.PIPE, stderr=terminal, text=True
    )

    seen = os.read(screen, 65536).decode()
    os.close(terminal)
    os.close(screen)
    assert done.stdout == "ready {}\n"
    assert "Slow Weather" in seen
    assert "100%" in seen
    assert "ready" not in seen
