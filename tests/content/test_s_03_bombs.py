"""A source made to crash or stall the compiler is refused in words, and this process lives."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from mailflow.content.compile import compile as compile_mail
from mailflow.content.compile import prepare
from mailflow.content.job import Job
from mailflow.content.library import Library
from mailflow.content.words import CompileError
from mailflow.content.workshop import Workshop
from tests.content.mails import made, mjml, source

BOMBS = {
    "wrappers": "<mjml><mj-body>\n" + "<mj-wrapper>" * 2000 + "</mj-wrapper>" * 2000 + "</mj-body></mjml>",
    "divs": mjml("<div>" * 10_000 + "</div>" * 10_000),
    "bold": "<mjml><mj-body>\n<mj-raw>" + "<b>" * 20_000 + "</b>" * 20_000 + "</mj-raw></mj-body></mjml>",
    "long": mjml("a" * 5_000_000),
    "unclosed": mjml("\n<b>Hola"),
    "never opened": mjml("\nHola</b>"),
    "half a tag": mjml("\n<a href='x"),
    "entities": '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]>\n' + mjml("&z;"),
    "instruction": mjml('\n<?xml version="1.0"?>'),
    "nul": mjml("\n\0"),
    "surrogate": mjml("\n\ud800"),
    "spaces": " \n ",
    "no body": "<mjml></mjml>",
    "not mjml": "<html><body>Hola</body></html>",
    "words": "Hola",
    "liquid blocks": mjml("{% if a %}" * 3000 + "{% endif %}" * 3000),
    "liquid open": mjml("\n{{ subscriber.email"),
    "square blocks": mjml("[% if a %]" * 3000 + "[% endif %]" * 3000),
    "square loop": mjml("[% for a in (1..9999) %][% for b in (1..9999) %]x[% endfor %][% endfor %]"),
    "square recursion": mjml('[% render "head" %]' * 5000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_s_03_bomb_is_refused_in_words(name: str) -> None:
    with pytest.raises(CompileError) as caught:
        compile_mail(source(BOMBS[name]))
    fault = caught.value.faults[0]
    assert fault.message["es"]
    assert fault.message["en"]


@pytest.mark.parametrize(
    ("name", "line"),
    [("wrappers", 2), ("divs", 5), ("bold", 2), ("long", 5), ("unclosed", 6), ("never opened", 6), ("half a tag", 6), ("entities", 1),
     ("instruction", 6), ("nul", 6), ("surrogate", 6), ("liquid open", 6)],
)  # fmt: skip
def test_s_03_fault_names_its_line(name: str, line: int) -> None:
    with pytest.raises(CompileError) as caught:
        compile_mail(source(BOMBS[name]))
    assert caught.value.faults[0].line == line
    assert caught.value.faults[0].where == "mjml"


def test_s_03_the_workshop_goes_on_after_a_bomb() -> None:
    with pytest.raises(CompileError):
        compile_mail(source(BOMBS["divs"]))
    assert "Hola" in compile_mail(source(mjml("Hola"))).text


def test_s_03_without_the_depth_check_a_process_dies() -> None:
    """Why there is a depth check and a child: the compiler itself overflows its stack."""
    crash = (
        "from mjml import mjml2html; mjml2html('<mjml><mj-body>' + '<mj-wrapper>' * 20000 + '</mj-wrapper>' * 20000 + '</mj-body></mjml>')"
    )
    died = subprocess.run([sys.executable, "-c", crash], capture_output=True, check=False)
    assert died.returncode == -signal.SIGSEGV


def job() -> Job:
    return prepare(source(mjml("Hola")), Library())


def limited(code: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A workshop whose child does ``code`` in place of building, under its real limits."""
    folder = tmp_path_factory.mktemp("child")
    (folder / "sitecustomize.py").write_text(
        "import sys\nif 'mailflow.content.child' in ' '.join(sys.orig_argv):\n    import mailflow.content.build as build\n"
        + textwrap.indent(f"def instead(job):\n{textwrap.indent(code, '    ')}\nbuild.build = instead\n", "    ")
    )
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    return Workshop()


@pytest.mark.parametrize(
    ("code", "english"),
    [
        ("while True: pass", "It took more than 1 seconds; make the mail simpler."),
        ("import time; time.sleep(60)", "It took more than 1 seconds; make the mail simpler."),
        ("return bytearray(2 << 30)", "It needs too much memory; make the mail simpler."),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "It is too complicated; make the mail simpler."),
    ],
)
def test_s_03_a_child_at_its_limits_becomes_words(
    code: str, english: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop = limited(code, tmp_path_factory, monkeypatch)
    try:
        with pytest.raises(CompileError) as caught:
            workshop.build(job(), seconds=1, memory_mb=512)
        assert caught.value.faults[0].message["en"] == english
    finally:
        workshop.close()


def test_a_child_that_died_while_idle_is_replaced() -> None:
    workshop = Workshop()
    try:
        workshop.build(job(), seconds=5, memory_mb=512)
        os.kill(workshop._child.pid, signal.SIGKILL)
        workshop._child.wait()
        assert "Hola" in workshop.build(job(), seconds=5, memory_mb=512).text
    finally:
        workshop.close()


def test_the_child_knows_no_secret(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILFLOW_SECRET_KEY", "hush")
    workshop = limited("import os; raise RuntimeError(sorted(os.environ))", tmp_path_factory, monkeypatch)
    try:
        with pytest.raises(RuntimeError) as caught:
            workshop.build(job(), seconds=5, memory_mb=512)
        assert "LANG" in str(caught.value)
        assert "SECRET" not in str(caught.value)
    finally:
        workshop.close()


def test_nesting_that_designers_use_is_fine() -> None:
    assert "Hola" in made(mjml("<div>" * 40 + "Hola" + "</div>" * 40)).text
