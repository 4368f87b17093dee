"""Moves CSS into the tags, as mail programs want it, by premailer with settings that fetch and lose nothing.

Its defaults fetch style sheets over the network, drop ``!important`` inside media queries and lose the doctype.
"""

import logging

import cssutils.util
from lxml import etree
from lxml.html import HtmlElement
from premailer import Premailer

from mailflow.content.slim import slim, without_gaps_for_outlook


def fetch_nothing(_url: str) -> None:
    """What the CSS parser gets for an @import: premailer's allow_network does not reach that far."""


cssutils.util._defaultFetcher = fetch_nothing


def inline_css(root: HtmlElement, *, allow_network: bool = False) -> None:
    """Inline every rule into ``root``'s tags and keep the style blocks; ``allow_network`` exists for the test that shows why not."""
    Premailer(
        root,
        allow_network=allow_network,
        allow_loading_external_files=False,
        strip_important=False,
        keep_style_tags=True,
        disable_validation=True,
        disable_leftover_css=False,
        disable_link_rewrites=True,
        disable_basic_attributes=["align", "bgcolor", "height", "valign", "width"],
        cache_css_parsing=False,
        cssutils_logging_level=logging.CRITICAL,
    ).transform()
    slim(root)


def write(root: HtmlElement) -> str:
    """The document as text, in standards mode: the compiler's lower-case doctype would be lost on the way."""
    body = etree.tostring(root, method="html", encoding="unicode")
    return f"<!DOCTYPE html>\n{without_gaps_for_outlook(body)}"
