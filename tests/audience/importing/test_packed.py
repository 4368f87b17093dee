"""A ZIP of CSV files, as Mailchimp exports an audience: one table, and who had left or bounced there is told apart."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from mailflow.audience.importing import packed
from mailflow.audience.importing.packed import unpacked
from mailflow.audience.importing.reading import open_table
from mailflow.audience.importing.words import FileError

MAILCHIMP = {
    "subscribed_email_audience_export_1a2b.csv": '"Email Address","First Name"\r\nana@example.org,Ana\r\n"berta@example.org,Berta\r\n',
    "unsubscribed_email_audience_export_1a2b.csv": '"Email Address","First Name",UNSUB_TIME\r\ncarla@example.org,Carla,2025-01-01\r\n',
    "cleaned_email_audience_export_1a2b.csv": '"Email Address",CLEAN_TIME\r\ndario@example.org,2025-02-02\r\n',
    "nonsubscribed_email_audience_export_1a2b.csv": "",
}


def saved(folder: Path, files: dict[str, str]) -> Path:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in files.items():
            target.writestr(name, text)
    path = folder / "export.zip"
    path.write_bytes(out.getvalue())
    return path


def test_the_files_of_mailchimp_become_one_table(tmp_path: Path) -> None:
    with unpacked(saved(tmp_path, {f"audience/{name}": text for name, text in MAILCHIMP.items()})) as file:
        table = open_table(file)
        assert table.header == ["Email Address", "CLEAN_TIME", "First Name", "UNSUB_TIME", "subscription status"]
        assert [(row.broken, *row.cells) for row in table.rows if not row.broken] == [
            (False, "dario@example.org", "2025-02-02", "", "", "cleaned"),
            (False, "carla@example.org", "", "Carla", "2025-01-01", "unsubscribed"),
            (False, "ana@example.org", "", "Ana", "", "subscribed"),
        ]
    with unpacked(tmp_path / "export.zip") as file:
        assert sum(row.broken for row in open_table(file).rows) == 1, "what cannot be read is not lost"
    assert [one.name for one in tmp_path.iterdir()] == ["export.zip"]


@pytest.mark.parametrize("files", [{"empty.csv": ""}, {"subscribed.csv": "\n\n"}])
def test_a_zip_of_nothing_is_empty(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(FileError) as refused, unpacked(saved(tmp_path, files)):
        pass
    assert refused.value.word == "empty"


def test_s_46_what_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, {"subscribed.csv": "a" * 3_000_000})
    monkeypatch.setattr(packed, "_MOST_BYTES", 1_000_000)
    with pytest.raises(FileError) as refused, unpacked(path):
        pass
    assert refused.value.word == "too-large"


def test_what_is_no_such_zip_is_handed_on_as_it_is(tmp_path: Path) -> None:
    for content in (b"correo\nana@example.org\n", b"PK\x03\x04 and no more"):
        path = tmp_path / "file"
        path.write_bytes(content)
        with unpacked(path) as file:
            assert file.read() == content
