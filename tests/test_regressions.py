"""What reviewers agreed on stays right: every file of tests/regressions is asked anew (`storeclerk reviews check`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.regressions import check_file

FILES = sorted((Path(__file__).parent / "regressions").glob("*.jsonl"))


def test_there_is_something_to_check() -> None:
    assert FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_check_says_what_people_said(file: Path) -> None:
    assert [str(case) for case in check_file(file) if not case.holds] == []
