"""Is a mail sent as it was written, to nobody else, and is it known when it was not?"""

import asyncio
import ssl

import pytest

from domain.errors import Unavailable
from domain.mails import Mail, password_reset
from stores.mail import Mailer, MailRefused
from tests.app.outside import certificate
from tests.smtp import sink

FROM = "Märquee <house@house.test>"
TO = "ada@house.test"
SECRET = "S-_" * 14 + "S"
MAIL = password_reset(TO, "https://house.test", SECRET)


async def test_a_mail_arrives_as_words_and_as_a_page():
    async with sink() as server:
        await Mailer(server.url, FROM).send(MAIL)

    [mail] = server.mails
    assert mail.to == [TO]
    assert mail.message["To"] == TO
    assert mail.message["From"] == FROM
    assert mail.message["Subject"] == "Set another password"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["Message-ID"].endswith("@house.test>")
    assert mail.message["Date"].datetime.utcoffset() is not None
    assert f"\nhttps://house.test/#/reset/{SECRET}\n" in mail.text
    assert f'<a href="https://house.test/#/reset/{SECRET}">' in mail.html


@pytest.mark.parametrize(
    "address",
    [
        "ada+films@house.test",
        "o'neil/x=y.!#$%&*?^_`{|}~@house.test",
        "-rf@house.test",
        "jörg@bücher.test",
        "山田@例え.test",
        "a" * 64 + "@" + "b" * 60 + ".test",
    ],
)
async def test_a_strange_address_is_written_to_and_no_other(address):
    async with sink() as server:
        await Mailer(server.url, FROM).send(password_reset(address, "https://house.test", SECRET))

    [mail] = server.mails
    assert mail.to == [address]
    assert mail.message["To"] == address


@pytest.mark.parametrize(
    "mail",
    [
        Mail(f"{TO}\r\nBcc: eve@house.test", "Hello", "text", "html"),
        Mail(f"{TO}\nBcc: eve@house.test", "Hello", "text", "html"),
        Mail(TO, "Hello\r\nBcc: eve@house.test", "text", "html"),
        Mail(TO, "Hello\n\nbody", "text", "html"),
    ],
)
async def test_no_header_can_be_written_into_another(mail):
    async with sink() as server:
        with pytest.raises(ValueError, match="may not contain"):
            await Mailer(server.url, FROM).send(mail)

    assert server.mails == []


async def test_a_line_of_the_text_that_ends_a_mail_ends_none():
    async with sink() as server:
        await Mailer(server.url, FROM).send(Mail(TO, "Hello", "before\n.\nRSET\n", "<p>"))

    [mail] = server.mails
    assert mail.text == "before\n.\nRSET\n"


async def test_what_will_never_be_taken_is_told_from_what_may_be_later():
    async with sink() as server:
        server.answer = "550 {} is nobody"
        with pytest.raises(MailRefused) as refused:
            await Mailer(server.url, FROM).send(MAIL)
        server.answer = "450 {} is busy"
        with pytest.raises(Unavailable) as busy:
            await Mailer(server.url, FROM).send(MAIL)

    assert str(refused.value) == "code 550"
    assert TO not in str(busy.value)
    assert (refused.value.__suppress_context__, busy.value.__suppress_context__) == (True, True)


async def test_a_server_that_speaks_ascii_only_refuses_others_for_good():
    async with sink(smtputf8=False) as server:
        with pytest.raises(MailRefused):
            await Mailer(server.url, FROM).send(password_reset("jörg@house.test", "x://y", SECRET))
        await Mailer(server.url, FROM).send(MAIL)

    assert [mail.to for mail in server.mails] == [[TO]]


async def test_a_server_that_is_away_or_hangs_is_asked_again_later():
    async with sink() as gone:
        pass
    writers = []
    hung = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
    port = hung.sockets[0].getsockname()[1]

    for url in (gone.url, f"smtp://127.0.0.1:{port}"):
        with pytest.raises(Unavailable):
            await Mailer(url, FROM, deadline_s=0.3).send(MAIL)
    hung.close()
    writers[0].close()


async def test_a_password_is_said_to_nobody_without_tls():
    async with sink() as server:
        url = f"smtp://house:secret@127.0.0.1:{server.port}"
        with pytest.raises(Unavailable):
            await Mailer(url, FROM).send(MAIL)

    assert (server.said, server.mails) == ([], [])


async def test_a_password_is_said_over_tls_to_a_server_with_a_certificate(tmp_path, monkeypatch):
    crt, key = certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(crt, key)

    async with sink(tls=tls) as server:
        mailer = Mailer(f"smtp://house:s%40cret@127.0.0.1:{server.port}", FROM)
        with pytest.raises(Unavailable):
            await mailer.send(MAIL)
        said_to_a_stranger = list(server.said)
        monkeypatch.setenv("SSL_CERT_FILE", str(crt))
        await mailer.send(MAIL)

    assert said_to_a_stranger == []
    assert [(said.login, said.password) for said in server.said] == [(b"house", b"s@cret")]
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://mail.test", FROM),
        ("smtp://", FROM),
        ("smtp://mail.test:port", FROM),
        ("mail.test:25", FROM),
        ("smtp://mail.test", "nobody"),
        ("smtp://mail.test", "a@b.test, c@d.test"),
        ("smtp://mail.test", ""),
    ],
)
def test_settings_that_could_send_nothing_are_refused(url, sender):
    with pytest.raises(ValueError, match=r"\w"):
        Mailer(url, sender)
