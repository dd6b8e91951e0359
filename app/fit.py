"""May a house start with these settings? Everything that speaks against it, in one go."""

import ssl

import structlog

from app.demo.households import HOUSEHOLDS, PASSWORD
from app.documents import FILE
from domain.errors import Unavailable
from domain.token_keys import TokenKeys
from settings import ENVIRONMENT, CannotStart, Settings, source_of
from stores import Stores, open_stores
from stores.keys import open_keys
from stores.mail import Mailer
from stores.revision import revision_of
from stores.sql import accounts

log = structlog.get_logger()

SECRETS = ("token_key", "media_key", "keys_url")  # what a stranger could forge or decrypt with
GENERATED = "is one that Marquee made for itself: give your own, by MARQUEE_SECRETS"


async def refuse_unfit(settings: Settings, *, with_demo: bool = False, serves: bool = True) -> None:
    """Raises CannotStart, a line for each reason. Looks whether the demo lives in the database.
    `serves`: viewers reach this part."""
    found = problems(settings, serves=serves)
    if settings.marquee_env == "production":
        if with_demo:
            found.append("The demo has passwords that everybody knows: give --no-demo.")
        found += await _demo_problems(settings)
    if found:
        raise CannotStart("\n".join(found))


def problems(settings: Settings, *, serves: bool = True) -> list[str]:
    """A sentence for each; those of production only where it is one, and those that concern what
    viewers reach only where it `serves` them."""
    found = [*_unreadable(settings)]
    if settings.marquee_env == "production":
        found += [f"{name.upper()} {GENERATED}." for name in SECRETS if not _given(settings, name)]
        found += _plain_address(settings) if serves or settings.smtp_url is not None else []
        found += _unfit_for_strangers(settings) if serves else []
    return found


def _unreadable(settings: Settings) -> list[str]:
    found = []
    try:
        TokenKeys.from_pem(settings.token_key, issuer=settings.public_url)
    except (ValueError, TypeError):
        found.append("TOKEN_KEY is no Ed25519 private key in PEM.")
    try:
        whole = len(bytes.fromhex(settings.media_key)) == 32
    except ValueError:
        whole = False
    if not whole:
        found.append("MEDIA_KEY is not 32 bytes in hexadecimal.")
    try:
        open_keys(settings.keys_url)
    except ValueError as error:
        found.append(str(error))
    except OSError as error:
        found.append(f"The master key {error.filename}: {error.strerror}.")
    if settings.smtp_url is not None and settings.mail_from is not None:
        try:
            Mailer(settings.smtp_url, settings.mail_from)
        except ValueError as error:
            found.append(f"{error}.")
    if settings.tls_certificate is not None:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                settings.tls_certificate, settings.tls_key
            )
        except OSError as error:  # ssl.SSLError is one
            found.append(f"TLS_CERTIFICATE and TLS_KEY cannot be used: {error.strerror}.")
    return found


def _plain_address(settings: Settings) -> list[str]:
    if settings.public_url.startswith("https://"):
        return []
    return [
        f"PUBLIC_URL is {settings.public_url}: what viewers send would be read on its way."
        " Give an https:// address."
    ]


def _unfit_for_strangers(settings: Settings) -> list[str]:
    found = [
        f"ALLOWED_ORIGINS has {origin}: whoever is on its way could put in a page of their own."
        for origin in settings.origins
        if not origin.startswith("https://")
    ]
    if not FILE.is_file():
        found.append(f"{FILE} is missing, the list of what may be asked: run `make up` once.")
    return found


def _given(settings: Settings, name: str) -> bool:
    """Whether the operator made it. What a running house publishes was given to it."""
    if name == "keys_url":
        return source_of(name) is not None or settings.marquee_secrets is not None
    published = str(settings.marquee_home / "run")
    return source_of(name) in (ENVIRONMENT, str(settings.marquee_secrets), published)


async def _demo_problems(settings: Settings) -> list[str]:
    try:
        if await revision_of(settings.database_url) is None:
            return []  # nobody lives there yet
        async with open_stores(settings) as stores:
            known = [each.email for each in HOUSEHOLDS if await _opens(stores, each.email)]
    except (ConnectionError, Unavailable) as error:  # a house starts without its database
        log.warning("demo_not_looked_for", reason=str(error))
        return []
    return [
        f"{email} has the demo's password, which everybody knows:"
        f" change it with `marquee accounts password {email}`"
        " (`marquee up` has to be started once with MARQUEE_ENV=development to do so)."
        for email in known
    ]


async def _opens(stores: Stores, email: str) -> bool:
    async with stores.begin() as tx:
        known = await accounts.credentials(tx, email)
    return known is not None and await stores.passwords.verify(known.password_hash, PASSWORD)
