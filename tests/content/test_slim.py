"""A mail says nothing twice, and looks as it did."""

import re

import pytest
from lxml import html as lxml_html

from mailflow.content.library import Library
from mailflow.content.quoted import quoted
from mailflow.content.slim import slim, without_gaps_for_outlook
from tests.content.mails import made, mjml


def slimmed(inside: str) -> str:
    root = lxml_html.fragment_fromstring(inside)
    slim(root)
    return str(lxml_html.tostring(root, encoding="unicode"))


def test_the_reset_of_tables_stays_in_the_head_alone() -> None:
    mail = made(mjml("Hola"))
    head, body = mail.html.split("</head>")
    assert "mso-table-lspace" in head
    assert "mso-table-lspace" not in body


@pytest.mark.parametrize(
    "kept",
    [
        '<table style="border-collapse:collapse"><tr><td>x</td></tr></table>',
        '<table cellspacing="0" style="border-collapse:separate;line-height:100%"><tr><td>x</td></tr></table>',
        """<p style="font-family:'a; b'; color:red">x</p>""",
        '<p style="background:url(a;b); color:red">x</p>',
    ],
)
def test_what_says_something_stays(kept: str) -> None:
    assert slimmed(kept) == kept


def test_a_style_that_said_nothing_new_is_gone() -> None:
    cell = '<td style="border-collapse:collapse; mso-table-lspace:0; mso-table-rspace:0; padding:0">x</td>'
    written = slimmed(
        f'<table cellspacing="0" style="border-collapse:collapse; mso-table-lspace:0; mso-table-rspace:0"><tr>{cell}</tr></table>'
    )
    assert written == '<table cellspacing="0"><tr><td style="padding:0">x</td></tr></table>'


def test_outlooks_parts_are_joined_only_where_nothing_stands_between() -> None:
    assert (
        without_gaps_for_outlook("<!--[if mso | IE]>a<![endif]--> \n<!--[if mso | IE]>b<![endif]-->") == "<!--[if mso | IE]>ab<![endif]-->"
    )
    apart = "<!--[if mso | IE]>a<![endif]-->x<!--[if mso | IE]>b<![endif]--><!--[if lte mso 11]>c<![endif]-->"
    assert without_gaps_for_outlook(apart) == apart


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_sample_newsletter_weighs_less_than_forty_kilobytes_on_the_way(language: str) -> None:
    mail = made(template="newsletter", language=language, **Library().sample("newsletter", language, "newsletter"))
    assert len(quoted(mail.html)) + len(quoted(mail.text)) < 40_000
    assert not re.search(r'style="[^"]*; ', mail.html)
