"""A whole house as a process: `marquee up`, asked from outside."""

import fcntl
import json
import os
import select
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

from settings import Settings

READY_WITHIN_S = 90  # on two busy cores; alone it takes a few seconds
STOPPED_WITHIN_S = 10  # what the interface promises


def command(home, port, *options):
    return [sys.executable, "-m", "app", "up", "--home", home, "--port", str(port), *options]


def environment(**settings):
    """Ours, without what would choose other parts than the embedded ones."""
    chosen = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name not in chosen} | settings


class House:
    """A running `marquee up`."""

    def __init__(self, home, port, *options, **settings):
        self.home, self.port = home, port
        self.process = subprocess.Popen(
            command(home, port, *options),
            stdout=subprocess.PIPE,
            text=True,
            env=environment(**settings),
        )
        readable, _, _ = select.select([self.process.stdout], [], [], READY_WITHIN_S)
        assert readable, "not ready in time"
        word, _, rest = self.process.stdout.readline().partition(" ")
        assert word == "ready"
        self.ready = json.loads(rest)

    def stop(self, number):
        """The exit code, the seconds it took, and what else was printed on stdout."""
        began = time.monotonic()
        self.process.send_signal(number)
        printed, _ = self.process.communicate(timeout=30)
        return self.process.returncode, time.monotonic() - began, printed


@contextmanager
def house(home, port, *options, **settings):
    running = House(home, port, *options, **settings)
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.communicate(timeout=30)


def somebody_is_left(home):
    """Whether any child, or child of a child, still holds the ledger."""
    with (home / "children").open("r+") as ledger:
        try:
            fcntl.flock(ledger, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def status(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status


# What each child of a house shows in the list of processes.
_SIGNS = {
    "postgres": "/postgres -D ",
    "valkey": "/valkey-server ",
    "web": " app serve ",
    "worker": " app work ",
}


def processes():
    """Every process of this machine: its parent's id and its command, by its id."""
    listed = {}
    for entry in Path("/proc").glob("[0-9]*"):  # `ps` is not on every machine
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
            _, parent = _state_and_parent(int(entry.name))
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
            listed[int(entry.name)] = parent, command.rstrip("\0").replace("\0", " ")
    return listed


def is_running(pid):
    """Whether it lives; a dead one that its parent has not buried yet does not."""
    try:
        return _state_and_parent(pid)[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _state_and_parent(pid):
    told = Path(f"/proc/{pid}/stat").read_text()
    state, parent = told.rpartition(")")[2].split()[:2]  # a name before it may hold anything
    return state, int(parent)


def descendants(pid):
    """The commands of all that a process has started, and those in turn, by their ids."""
    everybody = processes()
    found, parents = {}, {pid}
    while parents:
        below = {child: row for child, row in everybody.items() if row[0] in parents}
        found |= {child: command for child, (_, command) in below.items()}
        parents = set(below)
    return found


def sharing_a_port(pid):
    """The ids of the processes that a `marquee serve` below `pid`, or `pid` itself, has started."""
    return {child for child, command in descendants(pid).items() if "spawn_main" in command}


def child(running, name):
    """The process id of a house's child of that name; None while it is not there."""
    for pid, (parent, command) in processes().items():
        if parent == running.process.pid and _SIGNS[name] in f" {command} ":
            return pid
    return None
