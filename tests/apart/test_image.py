"""Do the steps of the Dockerfile make a Marquee that runs? Taken one by one, in folders instead of
layers: whatever writes to the base system is left out, everything else is done as it is written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.apart.edge import ROOT
from tests.apart.test_deploying import DOCKERFILE
from tests.house.repository import tracked

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not shutil.which("npm"), reason="needs node"),
]

ALLOWED = re.findall(r"^!(\S+)$", (ROOT / "deploy/Dockerfile.dockerignore").read_text(), re.M)
OURS = re.compile(r"(?<![\w.-])/(?=marquee\b|opt/marquee\b)")  # the two folders of the image
CHANGES_THE_SYSTEM = "useradd"


class Image:
    """Folders where the image has layers. All stages are built at one place, as paths are kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = folder / "image"
        self._stage = ""
        self._at = self._root
        subprocess.run([sys.executable, "-m", "venv", folder / "base"], check=True)
        self._environment = {
            "PATH": f"{folder / 'base/bin'}:{os.environ['PATH']}",
            "HOME": str(folder),
            "UV_SYSTEM_CERTS": "1",  # networks have authorities of their own, as the Makefile says
            "NODE_USE_SYSTEM_CA": "1",
        }

    def build(self, text: str) -> None:
        for instruction in re.sub(r"\\\n", "", text).splitlines():
            word, _, rest = instruction.partition(" ")
            step = getattr(self, f"_{word.lower()}", None)
            if step is not None:
                step(rest.strip())

    def path(self, name: str) -> Path:
        return self._root / name.lstrip("/")

    def _from(self, rest: str) -> None:
        if self._stage:
            self._root.rename(self._folder / self._stage)
        self._stage = rest.partition(" AS ")[2] or "last"
        self._root.mkdir()
        (self._root / "opt").mkdir()

    def _workdir(self, rest: str) -> None:
        self._at = self.path(rest)
        self._at.mkdir(exist_ok=True)

    def _copy(self, rest: str) -> None:
        *sources, target = rest.split()
        if sources[0].startswith("--from="):
            stage = self._folder / sources[0].removeprefix("--from=")
            to = self.path(target) if target.startswith("/") else self._at / target
            shutil.copytree(stage / sources[1].lstrip("/"), to, symlinks=True)
            return
        for path in tracked():
            of = path.parts[0]
            if of in ALLOWED and (of in sources or "." in sources):
                (self._at / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / path, self._at / path)

    def _run(self, rest: str) -> None:
        if not rest.startswith(CHANGES_THE_SYSTEM):
            command = OURS.sub(f"{self._root}/", rest)
            subprocess.run(command, shell=True, check=True, cwd=self._at, env=self._environment)


def test_the_steps_of_the_image_make_a_marquee_that_runs(tmp_path):
    image = Image(tmp_path)

    image.build(DOCKERFILE.read_text())
    program = image.path("/opt/marquee/bin/marquee")
    helped = subprocess.run([program, "--help"], capture_output=True, text=True, env={})
    where = subprocess.run(
        [program.with_name("python"), "-P", "-c", "import app; print(app.__file__)"],
        capture_output=True,
        text=True,
    )

    assert helped.returncode == 0, helped.stderr
    assert Path(where.stdout.strip()) == image.path("/marquee/app/__init__.py")
    assert image.path("/marquee/web/dist/shaka-player.js").is_file()
    assert not any(image.path("/opt/marquee/bin").glob("hatch*"))
    assert {path.name for path in image.path("/marquee").iterdir()} <= {*ALLOWED, "__pycache__"}
