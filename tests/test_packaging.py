"""What an installation that is no checkout gets: every file that the code reads lies in the package."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHIPPED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]


@pytest.mark.parametrize("package", ["retrieval", "assistant", "ui", "prompts"])
def test_files_that_are_no_code_are_shipped_too(package: str) -> None:
    folder = ROOT / package
    shipped = {path for pattern in SHIPPED.get(package, ()) for path in folder.glob(pattern)}
    there = {path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    assert there <= shipped
