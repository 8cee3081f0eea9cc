"""The shop's own pages, read from Markdown: pages -> sections -> passages. Knows nothing of questions.

CommonMark with tables, parsed by markdown-it-py, so that a `#` in a fenced block is no heading and a wrapped list item
stays one. What is kept of a section is its source, word for word: a quote never differs from the page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.errors import SettingsError

ADDRESS = "/policies"

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"“(*_]*[A-Z0-9])|(?<=[。！？])")
_ABBREVIATED = re.compile(r"(?:\b[A-Za-z]\.|\b(?:e\.g|i\.e|etc|approx|no|nr|vs|mr|mrs|ms|dr|st)\.)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the shop's pages."""

    title: str
    """With its chapter: "Returns: How to send something back"."""
    text: str
    """Its Markdown, without the heading."""
    page: str = ""
    """Title of the page it stands on."""
    slug: str = ""
    """Its anchor on the page, unique among all pages."""

    @property
    def link(self) -> str:
        return f"{ADDRESS}#{self.slug}"


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """One Markdown file."""

    title: str
    """Its first `#` heading, or its file's name."""
    markdown: str
    anchors: tuple[tuple[int, str], ...]
    """(line of a heading, from 0; slug of the section it opens)."""


def parser() -> MarkdownIt:
    """CommonMark and tables. HTML in a page is shown as text: a page may have come out of another system."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def read_pages(path: Path) -> tuple[tuple[PolicyPage, ...], tuple[Section, ...]]:
    """A Markdown file, or every `*.md` of a folder by name. Raises SettingsError if one cannot be read."""
    files = sorted(path.rglob("*.md")) if path.is_dir() else [path]
    if not files:
        raise SettingsError(f"The policies folder {path} holds no Markdown file (*.md); put one there.")
    pages: list[PolicyPage] = []
    sections: list[Section] = []
    taken: set[str] = set()
    for file in files:
        try:
            markdown = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"The policies file {file} cannot be read: {error}.") from error
        page, found = _page(markdown, file.stem.replace("-", " ").replace("_", " ").capitalize(), len(files) > 1, taken)
        pages.append(page)
        sections.extend(found)
    return tuple(pages), tuple(sections)


def _page(markdown: str, name: str, one_of_many: bool, taken: set[str]) -> tuple[PolicyPage, list[Section]]:
    """The page and its sections, `##` and `###`. A `#` heading names the page; it opens a section of its own only
    where the page has several, or is one of many and has no smaller ones: else what follows it is an introduction.
    """
    headings = _headings(markdown)
    tops = [title for level, title, *_ in headings if level == 1]
    page_title = tops[0] if tops else name
    tops_are_sections = len(tops) > 1 or (one_of_many and all(level == 1 for level, *_ in headings))
    lines = markdown.splitlines()
    sections: list[Section] = []
    anchors: list[tuple[int, str]] = []
    above = {1: page_title if one_of_many else ""}
    for place, (level, title, line, body) in enumerate(headings):
        if level == 1:
            above = {1: title if one_of_many or tops_are_sections else ""}
        chapter = next((above[up] for up in range(level - 1, 0, -1) if above.get(up)), "")
        above = {up: text for up, text in above.items() if up < level} | ({level: title} if level > 1 else above)
        end = headings[place + 1][2] if place + 1 < len(headings) else len(lines)
        text = "\n".join(lines[body:end]).strip()
        if not text or (level == 1 and not tops_are_sections):
            continue
        whole = f"{chapter}: {title}" if chapter and chapter != title else title
        slug = _slug(whole, taken)
        sections.append(Section(whole, text, page_title, slug))
        anchors.append((line, slug))
    return PolicyPage(page_title, markdown, tuple(anchors)), sections


def _headings(markdown: str) -> list[tuple[int, str, int, int]]:
    """(level 1 to 3, plain title, its line, the line after it), in order; deeper ones are part of the text."""
    tokens = parser().parse(markdown)
    return [
        (int(token.tag[1]), _plain(tokens[place + 1]), token.map[0], token.map[1])
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and token.map and token.tag in ("h1", "h2", "h3")
    ]


def _plain(inline: Token) -> str:
    """The words of a heading without its marks."""
    return "".join(child.content for child in inline.children or ()).strip()


def _slug(title: str, taken: set[str]) -> str:
    """ "returns-how-to-return"; with a number if another section has it."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    base = re.sub(r"[\W_]+", "-", folded).strip("-") or "section"
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    taken.add(slug)
    return slug


def passages(text: str) -> tuple[str, ...]:
    """A section cut into what can be quoted alone: sentences, list items, table rows below their header, blocks."""
    return tuple(_passages(parser().parse(text), text.splitlines()))


def _passages(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[str]:
    done = 0  # the line up to which all is said: a list item's paragraph is part of the item
    table_end, header = 0, ""
    for token in tokens:
        if token.map is None or token.map[0] < done:
            continue
        start, end = token.map
        source = "\n".join(lines[start:end]).strip()
        if token.type == "table_open":
            table_end, header = end, "\n".join(lines[start : start + 2])
        elif start < table_end:
            if token.type == "tr_open" and source != header.splitlines()[0].strip():
                yield f"{header}\n{source}"
        elif token.type == "paragraph_open":
            yield from sentences(source)
            done = end
        elif token.type in ("list_item_open", "fence", "code_block", "blockquote_open", "heading_open"):
            yield source
            done = end


def sentences(paragraph: str) -> list[str]:
    """A paragraph's sentences, each a piece of the source; an abbreviation's full stop ends none."""
    text = paragraph.strip()
    found: list[str] = []
    start = 0
    for gap in _SENTENCE_END.finditer(text):
        if not _ABBREVIATED.search(text[start : gap.start()]):
            found.append(text[start : gap.start()])
            start = gap.end()
    return [*found, text[start:]] if text[start:] else found
