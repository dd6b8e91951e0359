"""A running house as an app at home sees it: over HTTP, with nothing of ours in between."""

import json
import re
import subprocess
import sys
import urllib.request
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.embedded.machine import LOOPBACK
from app.home import SECRETS
from tests.api import BEAT, SELECT_PROFILE, SIGN_IN, START
from tests.running import environment
from workers.media import tools

KID = re.compile(r'default_KID="([0-9a-f-]{36})"')


def marquee(*words, home, typed="", **settings):
    """One of our commands, told where the house is."""
    done = subprocess.run(
        [sys.executable, "-m", "app", *map(str, words)],
        capture_output=True,
        text=True,
        input=typed,
        env=environment(MARQUEE_HOME=str(home), **settings),
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def said(done):
    """What a command said to a person, line by line: the log stands on stderr too."""
    return [line for line in done.stderr.splitlines() if not line.startswith("timestamp=")]


def certificate(folder):
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    files, key = (folder / "certificate.pem", folder / "key.pem"), Ed25519PrivateKey.generate()
    name, now = x509.Name.from_rfc4514_string("CN=marquee"), datetime.now(UTC)
    unsigned = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
    )
    for told, critical in (
        (x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), False),
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ):
        unsigned = unsigned.add_extension(told, critical)
    files[0].write_bytes(unsigned.sign(key, None).public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def own_secrets(folder):
    """What an operator makes for production."""
    folder.mkdir()
    for name in ("token_key", "media_key", "master_key"):
        (folder / name).write_text(SECRETS[name].make())
    return folder


def film(folder, *, seconds):
    """A file of `seconds` in the smallest size there is a rung for."""
    file = folder / "film.mp4"
    inputs = ["-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={seconds}"]
    inputs += ["-f", "lavfi", "-i", f"sine=d={seconds}"]
    made = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(file)]
    command = [str(tools.ffmpeg()), "-nostdin", "-v", "error", *inputs, *made]
    subprocess.run(command, check=True)
    return file


@dataclass
class Guest:
    """Somebody who signed in with the first profile of the household."""

    url: str
    email: str
    password: str

    def __post_init__(self):
        device = {"installationId": "x", "kind": "TV", "name": "TV", "appVersion": "1"}
        self.token = None
        wanted = {"email": self.email, "password": self.password, "device": device}
        self.token = self.ask(SIGN_IN, input=wanted)["signIn"]["accessToken"]
        viewer = self.ask("{ viewer { account { profiles { id } } } }")["viewer"]
        profile = viewer["account"]["profiles"][0]["id"]
        self.token = self.ask(SELECT_PROFILE, id=profile)["selectProfile"]["accessToken"]

    def ask(self, document, **variables):
        body = {"query": document, "variables": variables}
        answer = self._post(f"{self.url}/graphql", body, self.token)
        return answer["data"]

    def start(self, playable_id):
        wanted = {
            "playableId": playable_id,
            "capabilities": {
                "codecs": ["avc1.640028", "mp4a.40.2"],
                "maxHeight": 1080,
                "drm": ["CLEARKEY"],
                "protocols": ["DASH"],
            },
            "idempotencyKey": str(uuid4()),
        }
        return self.ask(START, input=wanted)["startPlayback"]

    def beat(self, session_id, position_ms):
        report = {"sequence": 0, "positionMs": position_ms, "state": "PLAYING"}
        return self.ask(BEAT, input=report | {"sessionId": session_id})["heartbeat"]

    def keys(self, started):
        """The content keys a player of this session is given, by key id."""
        with urllib.request.urlopen(started["manifest"]["url"], timeout=10) as answer:
            kids = sorted(set(KID.findall(answer.read().decode())))
        asked = [urlsafe_b64encode(UUID(kid).bytes).decode().rstrip("=") for kid in kids]
        drm = started["drm"]
        challenge = {"kids": asked, "type": "temporary"}
        return {
            key["kid"]: key["k"]
            for key in self._post(drm["clearKeyUrl"], challenge, drm["token"])["keys"]
        }

    def _post(self, url, body, token):
        headers = {"content-type": "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())
