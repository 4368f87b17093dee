"""Addresses of a domain that was met before are read by a short way; it says of each what the long one says."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.audience.importing.judging import Judge
from mailflow.audience.importing.words import EMAIL, Judged, Row

DOMAINS = st.sampled_from(
    ["example.net", "Example.NET", "gmail.com", "gmial.com", "mailinator.com", "sub.casaolivo.es", "a-b.example.org", "-a.example", "a..es"]
)
LOCALS = st.one_of(
    st.text("aA0_.+-%!'\"/ñ@ ", max_size=70),
    st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_+-]{0,31}(\.[A-Za-z0-9_+-]{0,17}){0,3}", fullmatch=True),
    st.sampled_from(["info", "INFO", "Postmaster", "USENET", "ventas", "no-reply", "postmaster", "ana"]),
)


def _judged(judge: Judge, cell: str) -> Judged:
    return judge.judge(Row(2, False, [cell]))


@settings(max_examples=300, deadline=None)
@given(local=LOCALS, domain=DOMAINS, ends=st.sampled_from(["", " ", "\u200b"]))
def test_the_short_way_says_what_the_long_one_says(local: str, domain: str, ends: str) -> None:
    met, new = (Judge({"0": EMAIL}, [], today=date(2026, 11, 22)) for _ in range(2))
    _judged(met, f"somebody@{domain}")
    cell = f"{local}@{domain}{ends}"
    assert _judged(met, cell) == _judged(new, cell)
