"""Becomes a program that cannot outlive its parent: `leash.py PARENT SIGNAL UID GID LEDGER ARGV…`.

A script of its own, because what happens between fork and exec is unsafe beside threads (that rules
out subprocess's preexec_fn), and because losing root must come before the kernel is asked to watch
the parent: a change of user cancels that.
"""

import ctypes
import os
import signal
import sys

NO_LEDGER = -1  # instead of an open file of the parent's
PR_SET_PDEATHSIG = 1  # from linux/prctl.h; other systems have no such thing


def main() -> None:
    """Does not return: the program takes this process over, its id included."""
    parent, death_signal, uid, gid, ledger = map(int, sys.argv[1:6])
    program = sys.argv[6:]
    if ledger != NO_LEDGER:  # before anything else: a parent that is killed now cannot list us
        os.write(ledger, f"{os.getpid()}\n".encode())
    if os.geteuid() == 0 and uid != 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.Signals(death_signal))
        if os.getppid() != parent:
            sys.exit("The supervisor ended before its child began.")
    try:
        os.execv(program[0], program)  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.exit(f"Cannot run {program[0]}: {error.strerror}.")


if __name__ == "__main__":
    main()
