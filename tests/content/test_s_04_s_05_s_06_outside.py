"""Compiling reads no file and calls nobody; nothing in a mail runs."""

import contextlib
import http.server
import threading
from collections.abc import Iterator

import cssutils._fetch
import cssutils.util
import lxml.html
import pytest

from mailflow.content.compile import compile as compile_mail
from mailflow.content.inline import inline_css
from mailflow.content.words import CompileError
from tests.content.mails import faults, made, mjml, source


class Listener:
    """A web server on loopback that counts who calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                listener.calls.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"p { color: red }")

            def log_message(self, *args: object) -> None:
                return

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture(scope="module")
def shared_listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()


@pytest.fixture
def listener(shared_listener: Listener) -> Listener:
    shared_listener.calls.clear()
    return shared_listener


@pytest.mark.parametrize("path", ["/etc/passwd", "file:///etc/passwd", "http://127.0.0.1/x", "head.mjml", "components/head"])
@pytest.mark.parametrize("place", ["<mjml><mj-head>{}</mj-head><mj-body></mj-body></mjml>", "<mjml>\n<mj-body>{}</mj-body></mjml>"])
def test_s_04_include_is_refused(path: str, place: str) -> None:
    found = faults(place.format(f'<mj-include path="{path}" />'))
    assert [fault.message["en"] for fault in found] == ["<mj-include> is not allowed: a mail reads no files."]


@pytest.mark.parametrize("tag", ['[% include "/etc/passwd" %]', '[% render "../../etc/passwd" %]'])
def test_s_04_components_come_from_the_library_only(tag: str) -> None:
    assert faults(mjml(tag))[0].where.startswith(("mjml", "components"))


@pytest.mark.parametrize("tag", ['{% include "x" %}', '{% render "x" %}', '{% extends "x" %}', '{% layout "x" %}'])
def test_s_04_personal_tags_load_nothing(tag: str) -> None:
    assert "There is no tag" in faults(mjml(tag))[0].message["en"]


REACHING = {
    "stylesheet link": '<mj-head><mj-raw><link rel="stylesheet" href="URL/a.css" /></mj-raw></mj-head>',
    "import": '<mj-head><mj-style>@import url("URL/b.css");</mj-style></mj-head>',
    "import inline": '<mj-head><mj-style inline="inline">@import "URL/c.css";</mj-style></mj-head>',
    "font": '<mj-head><mj-font name="X" href="URL/d.css" /></mj-head>',
    "background": '<mj-body><mj-section background-url="URL/e.png"></mj-section></mj-body>',
    "background style": "<mj-head><mj-style>.a { background: url(URL/f.png) }</mj-style></mj-head>",
    "picture": '<mj-body><mj-section><mj-column><mj-image src="URL/g.png" /></mj-column></mj-section></mj-body>',
    "svg": '<mj-body><mj-section><mj-column><mj-text><svg><image href="URL/h.png" /></svg></mj-text></mj-column></mj-section></mj-body>',
    "raw img": '<mj-body><mj-raw><img src="URL/i.png" /></mj-raw></mj-body>',
}


@pytest.mark.parametrize("name", REACHING)
def test_s_05_compiling_calls_nobody(name: str, listener: Listener) -> None:
    part = REACHING[name].replace("URL", listener.url)
    with contextlib.suppress(CompileError):
        compile_mail(source(f"<mjml>{part}{'' if 'mj-body' in part else '<mj-body></mj-body>'}</mjml>"))
    assert listener.calls == []


HTML = (
    '<html><head><link rel="stylesheet" href="URL/a.css"><style>@import url(URL/b.css); p { color: blue }</style></head>'
    "<body><p>x</p></body></html>"
)


@pytest.mark.parametrize(("allowed", "called"), [(False, False), (True, True)])
def test_s_05_the_inliner_would_call_if_it_were_let(allowed: bool, called: bool, listener: Listener) -> None:
    """The check that protects here: with ``allow_network`` the very same page reaches the server."""
    root = lxml.html.document_fromstring(HTML.replace("URL", listener.url))
    try:
        inline_css(root, allow_network=allowed)
    except Exception:
        assert allowed, "with the network off nothing fails"
    assert bool(listener.calls) is called


@pytest.mark.parametrize(("own", "called"), [(True, False), (False, True)])
def test_s_05_an_import_is_fetched_even_with_the_network_off(
    own: bool, called: bool, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """premailer's switch does not reach the CSS parser's own @import; our fetcher that fetches nothing does."""
    if not own:
        monkeypatch.setattr(cssutils.util, "_defaultFetcher", cssutils._fetch._defaultFetcher)
    inline_css(lxml.html.document_fromstring(HTML.replace("URL", listener.url)))
    assert ("/b.css" in listener.calls) is called


@pytest.mark.parametrize(
    "part",
    [
        "<script>alert(1)</script>", '<img src="https://x.example/a.png" onerror="alert(1)" />', '<a href="javascript:alert(1)">x</a>',
        '<a href="  JaVaScRiPt:alert(1)">x</a>', '<a href="java&#10;script:alert(1)">x</a>', '<a href="&#106;avascript:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>', '<a href="vbscript:x">x</a>', '<a href="//evil.example">x</a>', '<a href="/x">x</a>',
        '<iframe srcdoc="x"></iframe>', '<p srcdoc="x">x</p>', "<svg><p></p></svg>", '<meta http-equiv="refresh" content="0" />',
        '<p style="background:url(javascript:x)">x</p>', '<p style="width:expression(1)">x</p>', "<style>p{}</style>", "<form></form>",
        '<a href="{{ subscriber.site }}">x</a>', '<a href="{{ subscriber.site | default: links.view }}">x</a>', "<base />",
        '<img src="{{ subscriber.photo }}" />', '<object data="x"></object>', "<math></math>", "<math href='javascript:1'></math>",
    ],
)  # fmt: skip
def test_s_06_what_could_run_is_refused_with_its_line(part: str) -> None:
    found = faults(mjml(f"\n{part}"))
    assert found
    assert found[0].line == 6


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", '<img src=x onerror="alert(1)">', '<a href="javascript:alert(1)">x</a>', "<svg onload=x>"]
)
@pytest.mark.parametrize("key", ["title", "intro"])
def test_s_06_what_is_typed_into_a_slot_cannot_run(words: str, key: str) -> None:
    root = lxml.html.document_fromstring(made(template="newsletter", slots={key: f"Hola {words}"}).html)
    assert not list(root.iter("script", "svg"))
    assert not [name for element in root.iter() if isinstance(element.tag, str) for name in element.attrib if name.startswith("on")]
    assert not [link for link in root.iter("a") if "javascript" in link.get("href", "")]


def test_s_06_comments_do_not_hide_markup() -> None:
    html = made(mjml("<!--> <script>alert(1)</script> -->Hola")).html
    assert "<script" not in html
    assert "alert" not in html
