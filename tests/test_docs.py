"""The documents say what is so: commands exist, files exist, nothing is left out of the layout."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import ui.serve  # noqa: F401  (adds the command `serve`)
from assistant.cli import cli
from assistant.settings import EncoderSettings, GeneratorSettings, RerankerSettings, ReviewSettings, Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
USING = (ROOT / "docs" / "USING.md").read_text(encoding="utf-8")


def commands(group: click.Group, before: str = "") -> list[str]:
    """ "ask", "evaluate retrieval": what can be typed, groups included."""
    names = []
    for name, command in sorted(group.commands.items()):
        inner = commands(command, f"{before}{name} ") if isinstance(command, click.Group) else []
        names += [f"{before}{name}", *inner]
    return names


@pytest.mark.parametrize("command", commands(cli))
def test_every_command_is_in_the_guide_and_explains_itself(command: str) -> None:
    assert f"`{command}" in USING
    result = CliRunner().invoke(cli, [*command.split(), "--help"])
    assert result.exit_code == 0
    for option in re.findall(r"^\s+(--[a-z-]+)", result.output, re.MULTILINE):
        if option not in ("--help", "--data-dir", "--json"):
            assert option in USING, f"{command} {option}"


def test_commands_of_the_readme_exist() -> None:
    named = set(re.findall(r"storeclerk (index|ask|search|run|serve|doctor|forget|[a-z]+) ", README))
    assert named - set(cli.commands) <= {"is", "does", "and"}


def test_every_setting_is_in_the_guide() -> None:
    for model in (Settings, EncoderSettings, RerankerSettings, GeneratorSettings, ReviewSettings):
        for name in model.model_fields:
            assert re.search(rf"^\[?{name}\b", USING, re.MULTILINE), name


@pytest.mark.parametrize("package", ["retrieval", "assistant"])
def test_the_layout_names_every_module(package: str) -> None:
    for file in (ROOT / package).glob("*.py"):
        if file.stem not in ("__init__", "errors"):
            assert file.name in README, file.name


def test_links_lead_somewhere() -> None:
    for page in (README, USING):
        base = ROOT if page is README else ROOT / "docs"
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", page):
            assert (base / target).exists(), target
