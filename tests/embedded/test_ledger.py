"""Is a program known to whoever comes next, from its first moment on?"""

import asyncio
import os
import signal
from asyncio.subprocess import PIPE

from app.embedded.ledger import Ledger
from app.embedded.supervisor import Account, leashed


async def test_a_program_enters_itself_before_it_runs(tmp_path):
    ledger = await Ledger.taken(tmp_path / "children")
    command = ["/bin/sh", "-c", f"cat {tmp_path / 'children'}; echo $$"]

    program = await asyncio.create_subprocess_exec(
        *leashed(command, Account(), signal.SIGTERM, ledger_fd=ledger.fd),
        pass_fds=(ledger.fd,),
        stdout=PIPE,
    )
    printed, _ = await program.communicate()
    entered, itself = printed.split()
    ledger.close()

    assert entered == itself


async def test_who_is_not_kept_is_forgotten(tmp_path):
    ledger = await Ledger.taken(tmp_path / "children")
    os.write(ledger.fd, b"12\n")

    ledger.keep([34, 56])
    os.write(ledger.fd, b"78\n")

    assert ledger.pids() == [34, 56, 78]
    ledger.close()
