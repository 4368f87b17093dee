"""Every text of the studio exists in Spanish, and what is compiled is what is written."""

from pathlib import Path

from tools import messages


def test_the_catalogues_are_complete_and_fresh() -> None:
    faults = []
    for code, pages in messages.DOORS:
        if (code / "babel.cfg").is_file():
            wanted = messages.collect(code, pages)
            for po in (code / "translations").glob("*/LC_MESSAGES/messages.po"):
                faults += messages.check(po, wanted)
    assert faults == []


def test_a_missing_a_stale_and_an_empty_text_are_each_found(tmp_path: Path, monkeypatch: object) -> None:
    code, pages = tmp_path / "code", tmp_path / "pages"
    (code / "translations/es/LC_MESSAGES").mkdir(parents=True)
    pages.mkdir()
    (code / "babel.cfg").write_text("[jinja2: **.html]\n")
    (pages / "page.html").write_text('{{ _("Shown and translated") }}{{ _("Shown and empty") }}{{ _("Shown and missing") }}')
    po = code / "translations/es/LC_MESSAGES/messages.po"
    po.write_text('msgid "Shown and translated"\nmsgstr "Sí"\n\nmsgid "Shown and empty"\nmsgstr ""\n\nmsgid "Gone"\nmsgstr "Ido"\n')
    monkeypatch.setattr(messages, "ROOT", tmp_path)  # type: ignore[attr-defined]
    faults = " ".join(messages.check(po, messages.collect(code, pages)))
    assert "not in the catalogue: 'Shown and missing'" in faults
    assert "no longer shown: 'Gone'" in faults
    assert "no translation for 'Shown and empty'" in faults
    assert "not compiled" in faults
