"""Is what deploy/ says well-formed, as far as that shows without Docker?"""

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from settings import load_settings
from tests.apart.edge import CONFIGURATION, ROOT
from tests.apart.parts import MAKE_SECRETS, needs_openssl

BIN = Path(sys.executable).parent
COMPOSE = ROOT / "deploy/compose.yaml"
DOCKERFILE = ROOT / "deploy/Dockerfile"
A_RUN_A_STEP = "DL3059"  # a change of the last does not repeat the first
HOST_AS_IT_CAME = "host_spoofing"  # the web server trusts a Host as little as nginx does


@pytest.mark.parametrize(
    "linter",
    [
        ["hadolint", "--ignore", A_RUN_A_STEP, DOCKERFILE],
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE],
        ["gixy", "--skips", HOST_AS_IT_CAME, CONFIGURATION],
    ],
    ids=lambda linter: linter[0],
)
def test_its_linter_finds_nothing(linter):
    done = subprocess.run([BIN / linter[0], *linter[1:]], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_runs_every_part_with_commands_that_exist():
    services = yaml.safe_load(COMPOSE.read_text())["services"]

    ours = {name: told["command"][0] for name, told in services.items() if "build" in told}

    assert ours == {
        "api-1": "serve",
        "api-2": "serve",
        "worker-1": "work",
        "worker-2": "work",
        "migrate": "migrate",
    }


def test_nginx_and_compose_mean_the_same_machines():
    services = yaml.safe_load(COMPOSE.read_text())["services"]

    named = re.findall(r"server (\S+):8000 ", CONFIGURATION.read_text())

    assert named == [name for name in services if name.startswith("api-")]


def test_the_image_is_made_of_files_that_are_there_and_of_nothing_else():
    allowed = re.findall(r"^!(\S+)$", (ROOT / "deploy/Dockerfile.dockerignore").read_text(), re.M)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.read_text(), re.MULTILINE)
    wanted = {name for line in copied for name in line.split() if name != "."}

    assert [name for name in allowed if not (ROOT / name).exists()] == []
    assert wanted <= set(allowed)


def test_the_home_in_the_image_is_one_the_doctor_is_content_with():
    home = re.search(r"MARQUEE_HOME=(\S+)", DOCKERFILE.read_text())[1]

    made = re.findall(r"^(?:RUN| {4}&&) (.+?)(?: \\)?$", DOCKERFILE.read_text(), re.MULTILINE)

    assert f"chmod 700 {home}" in made


@needs_openssl
def test_the_secrets_are_the_settings_of_a_house(tmp_path, monkeypatch):
    folder = tmp_path / "secrets"
    make = [MAKE_SECRETS, folder]

    codes = [subprocess.run(make, capture_output=True).returncode for _ in range(2)]
    monkeypatch.setenv("MARQUEE_SECRETS", str(folder))
    settings = load_settings()

    assert codes == [0, 2]
    assert {path.name for path in folder.iterdir()} == set(
        yaml.safe_load(COMPOSE.read_text())["secrets"]
    )
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert settings.keys_url == (folder / "master_key").as_uri()
    assert settings.redis_url.endswith("@valkey:6379/0")
