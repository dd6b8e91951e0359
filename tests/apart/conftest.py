import os

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.conftest import MASTER_KEY
from tests.workers.conftest import make_source

__all__ = ["make_source"]


@pytest.fixture
def environment(services, database_url, objects_url, tmp_path):
    """What every part of one house is told."""
    (tmp_path / "master_key").write_text(MASTER_KEY)
    pem = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    cloud = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    return cloud | {
        "PATH": os.environ["PATH"],
        "MARQUEE_HOME": str(tmp_path / "home"),
        "PUBLIC_URL": "http://house.test",
        "DATABASE_URL": database_url,
        "REDIS_URL": services.redis_url,
        "OBJECTS_URL": objects_url,
        "KEYS_URL": (tmp_path / "master_key").as_uri(),
        "MEDIA_KEY": bytes(range(32)).hex(),
        "TOKEN_KEY": pem.decode(),
    }
