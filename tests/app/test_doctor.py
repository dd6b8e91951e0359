"""Does the doctor find what is wrong, and say of a well house that it is?"""

import json
import socket
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.embedded.machine import LOOPBACK, free_port
from app.home import open_home
from tests import factories
from tests.app.outside import marquee, own_secrets
from tests.conftest import MASTER_KEY
from tests.running import house

pytestmark = pytest.mark.slow


def examined(home, **settings):
    """The exit code, and what was found as `(what, verdict)`: the sentences."""
    done = marquee("doctor", "--json", home=home, **settings)
    found = {}
    for each in json.loads(done.stdout)["findings"]:
        found.setdefault((each["what"], each["verdict"]), []).append(each["says"])
    return done.returncode, found


def test_a_well_house_is_well_and_its_sick_parts_are_named(tmp_path, services):
    home = tmp_path / "home"
    with house(home, free_port(), "--no-demo"):
        code, found = examined(home)
        nowhere = f"redis://127.0.0.1:{free_port()}/0"
        hurt = {"REDIS_URL": nowhere, "PORT": str(free_port()), "MEDIA_KEY": "short"}
        sick_code, sick = examined(home, **hurt)
        _, behind_a_proxy = examined(home, http_proxy=f"http://127.0.0.1:{free_port()}")

    assert (code, {verdict for _, verdict in found}) == (0, {"ok"})
    assert {what for what, _ in found} == {
        *("home", "disk", "ffmpeg", "ffprobe", "packager", "letters", "settings", "postgres"),
        *("tables", "keys", "redis", "objects", "web", "public url", "logs"),
    }
    assert found["home", "ok"] == [f"{home}, running"]
    assert sick_code == 1
    assert {what for what, verdict in sick if verdict == "fail"} == {"settings", "redis", "web"}
    assert sick["settings", "fail"] == ["MEDIA_KEY is not 32 bytes in hexadecimal."]
    assert ("postgres", "ok") in sick
    assert ("web", "ok") in behind_a_proxy


def test_a_house_that_is_down_is_looked_at_as_far_as_it_goes(tmp_path):
    with open_home(tmp_path):
        pass
    (tmp_path / "secrets" / "master_key").unlink()
    tmp_path.chmod(0o755)

    code, found = examined(tmp_path)

    assert code == 1
    assert found["home", "fail"] == [f"others may enter {tmp_path} (mode 755): chmod 700 it."]
    assert found["secrets", "fail"] == [
        f"{tmp_path / 'secrets' / 'master_key'} is missing or damaged: put it back from a backup."
    ]
    assert "No Marquee is running in" in found["settings", "warn"][0]
    assert found["logs", "ok"] == [f"in {tmp_path / 'logs'}: nothing yet"]


def test_a_home_that_is_not_there_yet_is_nothing_wrong(tmp_path):
    code, found = examined(tmp_path / "home")

    assert code == 0
    assert found["home", "warn"] == [
        f"{tmp_path / 'home'} is not there yet: `marquee up` makes it."
    ]
    assert not (tmp_path / "home").exists()


@pytest.fixture
def worker(services, database_url, objects_url, tmp_path):
    """What a machine of a worker in production is told."""
    (tmp_path / "home").mkdir(mode=0o700)
    secrets = own_secrets(tmp_path / "own")
    (secrets / "master_key").write_text(MASTER_KEY)
    return {
        "home": tmp_path / "home",
        "MARQUEE_ENV": "production",
        "MARQUEE_SECRETS": str(secrets),
        "DATABASE_URL": database_url,
        "REDIS_URL": services.redis_url,
        "OBJECTS_URL": objects_url,
        "PORT": str(free_port()),
    }


async def test_a_machine_without_a_web_server_is_no_worse_for_it(worker, stores):
    await factories.movie(stores, "Rain")

    _, found = examined(**worker)
    with house_that_listens(int(worker["PORT"])):
        _, served = examined(**worker)

    assert found["keys", "ok"] == ["the master key opens those of films"]
    assert found["web", "warn"] == [
        f"nobody listens at http://127.0.0.1:{worker['PORT']}/readyz,"
        " as it should be where only a worker runs."
    ]
    assert [line.split()[0] for line in found["settings", "warn"]] == ["PUBLIC_URL"]
    assert [line.split()[0] for line in served["settings", "fail"]] == ["PUBLIC_URL"]
    assert ("web", "fail") in served


async def test_a_master_key_of_another_house_is_found_out(worker, stores):
    await factories.movie(stores, "Rain")
    key = Path(worker["MARQUEE_SECRETS"]) / "master_key"
    key.write_text("ff" * 32)

    code, found = examined(**worker)

    assert code == 1
    assert found["keys", "fail"] == [
        f"{key.as_uri()} is not the master key of these films: none of them plays."
    ]


@contextmanager
def house_that_listens(port):
    """Takes connections there, and hangs up."""
    with socket.create_server((LOOPBACK, port)) as door:
        door.settimeout(0.1)
        over = threading.Event()

        def hang_up():
            while not over.is_set():
                with suppress(TimeoutError):
                    door.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        yield
        over.set()
        thread.join()
