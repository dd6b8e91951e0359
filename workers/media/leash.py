"""How a tool is held: it dies with the worker, has limits and no network, and yields to viewers.

A script of its own, started before the tool and replaced by it, because between fork and exec of a
process with threads no Python may run safely. It imports nothing but the standard library.
"""

import ctypes
import os
import resource
import signal
import sys

YIELDS = 10  # niceness: while films are encoded, the house still answers in time
MAX_FILE_BYTES = 256 * 1024**3  # a mistake must not fill a large disk; no film comes near
MAX_OPEN_FILES = 1024  # a film has a few outputs; more means that something leaks
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
CLONE_NEWNET = 0x40000000  # <linux/sched.h>


def main() -> None:
    """`leash.py PARENT_PID TOOL ARGUMENT…`: becomes the tool."""
    parent, *command = sys.argv[1:]
    os.nice(YIELDS)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, MAX_FILE_BYTES)
    _limit(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.unshare(CLONE_NEWNET)  # root's right; otherwise the protocol whitelist has to do
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):
        sys.exit("the worker is gone")  # it died before this process was tied to it
    os.execv(command[0], command)  # noqa: S606 - the list comes from run.py, no shell sees it


def _limit(which: int, most: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(which, (most, most))


if __name__ == "__main__":
    main()
