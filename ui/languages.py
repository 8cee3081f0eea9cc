"""What the pages say themselves, one file a language (ui/texts/CODE.toml), and which language a browser asks for.

Gradio's own `gr.I18n` is not used: it translates the labels of Gradio's parts in the browser, by the browser's
language alone, so it reaches neither the HTML that we draw on the server nor a switch on the page. Another language
is one more file. Product text and replies are no interface: they stay as they are and say their own language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Formatter

from retrieval.errors import StoreclerkError
from ui.markup import text

DEFAULT = "en"
_FOLDER = Path(__file__).parent / "texts"


class TextMissing(StoreclerkError):
    """A language's file lacks a text, or has one that no page says, or other blanks."""


@dataclass(frozen=True, slots=True)
class Texts:
    """One language."""

    code: str
    said: Mapping[str, str]

    def __call__(self, key: str, **blanks: object) -> str:
        """The text, its blanks filled; plain text, not HTML. Raises TextMissing for a key or blank it has not."""
        try:
            return self.said[key].format(**blanks)
        except KeyError as error:
            raise TextMissing(f"ui/texts/{self.code}.toml has no text or blank {error} ({key!r}).") from error

    def html(self, key: str, **blanks: object) -> str:
        """The text as inert HTML; so are its blanks."""
        return text(self(key, **blanks))

    def lang(self, code: str) -> str:
        """The attribute that marks text of another language than the page's: ' lang="en"', or nothing."""
        return "" if code == self.code else f' lang="{text(code)}"'


@lru_cache(maxsize=16)
def texts(code: str) -> Texts:
    """The texts of a language, English for one that there is no file for. Raises TextMissing if the file and the
    English one do not have the same keys and blanks.
    """
    said = _read(code if code in languages() else DEFAULT)
    english = _read(DEFAULT)
    wrong = sorted(key for key in english.keys() | said.keys() if _blanks(english.get(key)) != _blanks(said.get(key)))
    if wrong:
        raise TextMissing(f"ui/texts/{code}.toml and {DEFAULT}.toml differ in: {', '.join(wrong)}.")
    return Texts(code if code in languages() else DEFAULT, said)


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The codes that there are files for, English first."""
    codes = sorted(file.stem for file in _FOLDER.glob("*.toml"))
    return (DEFAULT, *(code for code in codes if code != DEFAULT))


def _read(code: str) -> Mapping[str, str]:
    found = tomllib.loads((_FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    flat: dict[str, str] = {}
    for name, value in found.items():
        flat.update({f"{name}.{key}": str(said) for key, said in value.items()} if isinstance(value, dict) else {})
        flat.update({name: value} if isinstance(value, str) else {})
    return flat


def _blanks(said: str | None) -> frozenset[str] | None:
    return None if said is None else frozenset(name for _, name, _, _ in Formatter().parse(said) if name)


def wanted(accept_language: str) -> str:
    """The language of ours that a browser would like best: "zh-TW,zh;q=0.9,en;q=0.8" -> "zh"; English for none.

    RFC 9110, 12.5.4: a weight of 0 refuses; equal weights in the order given. A region is left aside.
    """
    best, weight = DEFAULT, 0.0
    for part in accept_language[:500].split(","):
        tag, _, parameter = part.partition(";")
        code = tag.strip().lower().partition("-")[0]
        share = _weight(parameter)
        if share > weight and (code in languages() or code == "*"):
            best, weight = DEFAULT if code == "*" else code, share
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        share = float(value)
    except ValueError:
        return 0.0
    return share if name.strip() == "q" and 0 <= share <= 1 else 0.0
