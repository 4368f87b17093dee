"""The ways out: SMTP to the next server, or the sandbox's folder."""

from pathlib import Path

from mailflow.delivery.transports.words import Transport, Work


def open_transport(mail_url: str, *, home: Path, work: Work | None = None) -> Transport:
    """The transport that a mail URL names; ValueError with one sentence when it names none.

    ``sandbox:`` keeps mail in HOME/inbox; ``smtp://user:pass@host:port?tls=none|starttls|implicit&connections=10`` sends it.
    It asks ``work`` for messages; without work it takes them with ``send``. Nothing is connected yet. Only what the URL names
    is imported.
    """
    scheme = mail_url.partition(":")[0].lower()
    if scheme == "sandbox":
        from mailflow.delivery.transports.sandbox import Sandbox  # noqa: PLC0415

        return Sandbox(home, work=work)
    if scheme == "smtp":
        from mailflow.delivery.transports.route import parse_route  # noqa: PLC0415
        from mailflow.delivery.transports.smtp import Pool  # noqa: PLC0415

        return Pool(parse_route(mail_url), work=work)
    raise ValueError(f"The mail URL must begin with sandbox: or smtp://, not with {scheme[:20]!r}.")
