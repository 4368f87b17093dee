"""What is handed to those who run it: the image, the compose files and the units are sound, and say nothing that is not so."""

import configparser
import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mailflow.cli import supervisor
from mailflow.foundation.settings import Settings
from tests.architecture.shape import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = sorted(DEPLOY.glob("compose*.yaml"))
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
COMMANDS = {"run", "web", "worker", "scheduler", "backup", "db upgrade"}
_SETTING = re.compile(r"\bMAILFLOW_([A-Z_]+)")


def _lint(tool: str, file: Path) -> "subprocess.CompletedProcess[str]":
    """A tool from pip, beside this Python."""
    return subprocess.run([Path(sys.executable).with_name(tool), file], capture_output=True, text=True, check=False)


def test_the_image_is_sound() -> None:
    told = _lint("hadolint", DEPLOY / "Dockerfile")
    assert (told.returncode, told.stdout) == (0, "")
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    assert all("--require-hashes" in line or "--no-deps" in line for line in lines if "pip install" in line)


def test_the_image_has_all_that_shared_work_needs() -> None:
    picked = re.search(r"/\^(\S+)==/", (DEPLOY / "Dockerfile").read_text("utf-8"))
    assert picked
    own = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    there = {
        name
        for name in re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements-dev.lock").read_text("utf-8"), re.MULTILINE)
        if name in own or re.fullmatch(picked[1], name)
    }
    seen, wanted = set(), {"procrastinate", "psycopg-binary"}
    while wanted - seen:
        name = (wanted - seen).pop()
        seen.add(name)
        needs = [Requirement(told) for told in importlib.metadata.requires(name) or []]
        wanted |= {canonicalize_name(need.name) for need in needs if need.marker is None or need.marker.evaluate({"extra": "pool"})}
    assert wanted - there == set()


@pytest.mark.parametrize("file", COMPOSE, ids=lambda file: str(file.name))
def test_the_compose_files_are_sound(file: Path) -> None:
    told = _lint("compose-lint", file)
    assert told.returncode == 0, told.stdout


def test_the_linters_find_what_is_planted(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd /tmp && sudo pip install mailflow\n")
    (tmp_path / "compose.yaml").write_text("services:\n  a:\n    image: mailflow\n    privileged: true\n")
    assert _lint("hadolint", tmp_path / "Dockerfile").returncode != 0
    assert _lint("compose-lint", tmp_path / "compose.yaml").returncode != 0


def _services(file: Path) -> dict[str, Any]:
    return {name: each for name, each in yaml.safe_load(file.read_text("utf-8"))["services"].items() if name != "database"}


def test_each_process_of_many_has_a_data_folder_of_its_own() -> None:
    folders = {name: each["volumes"] for name, each in _services(DEPLOY / "compose.many.yaml").items() if name != "upgrade"}
    assert set(folders) == {"web", "sender", "clock"}
    assert len({volume for volumes in folders.values() for volume in volumes}) == 3


@pytest.mark.parametrize("file", COMPOSE, ids=lambda file: str(file.name))
def test_containers_are_given_time_to_finish_what_they_have_in_hand(file: Path) -> None:
    for each in _services(file).values():
        assert int(each["stop_grace_period"].removesuffix("s")) > supervisor._DRAIN_SECONDS
        assert " ".join(each.get("command", ["run"])) in COMMANDS
        assert all(published.startswith("127.0.0.1:") for published in each.get("ports", []))


@pytest.mark.parametrize("file", UNITS, ids=lambda file: str(file.name))
def test_the_units_start_what_there_is_with_few_rights(file: Path) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(file.read_text("utf-8"))
    service = unit["Service"]
    command = re.search(r"/opt/mailflow/bin/mailflow ([a-z]+)", service["ExecStart"])
    assert command
    assert command[1] in COMMANDS
    assert (service["User"], service["NoNewPrivileges"], service["ProtectSystem"], service["UMask"]) == (
        "mailflow",
        "yes",
        "strict",
        "0077",
    )
    if service.get("Type") != "oneshot":
        assert (service["Restart"], service["KillMode"]) == ("always", "mixed")
        assert int(service["TimeoutStopSec"]) > supervisor._DRAIN_SECONDS


def test_every_setting_that_is_named_is_one() -> None:
    files = [DEPLOY / "Dockerfile", *COMPOSE, *UNITS]
    named = {name.lower() for file in files for name in _SETTING.findall(file.read_text("utf-8"))}
    assert named - set(Settings.__dataclass_fields__) == set()


def test_nothing_but_what_the_image_needs_gets_into_it() -> None:
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]
    assert all((ROOT / name).exists() for name in allowed)
    assert (ROOT / ".dockerignore").read_text("utf-8").splitlines()[1] == "*"
