"""Text of unknown origin -> HTML that is only ever text.

Titles, messages and sentences come from feeds, shoppers and a model. `gr.HTML` writes its value with
innerHTML, so nothing here lets a tag through. Gradio also builds a JavaScript template literal from its
`html_template`; we leave that at its default `${value}`, which passes the value as an argument and never
evaluates it, and still write `$`, `{`, `}`, backtick and backslash as entities, so that a later change of
template cannot turn a product title into code.
"""

from __future__ import annotations

import html
import re
from urllib.parse import quote, urlsplit

PICTURES_PATH = "/pictures/"
PICTURE_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
}
"""What the picture route serves; the folder may also hold the feed and the events, which it must not."""

_TEMPLATE_SIGNS = str.maketrans({sign: f"&#{ord(sign)};" for sign in "$`{}\\"})

# Control characters, and the marks that let a title be displayed in another order than it is written.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# Of links, only those to the shop's own pages; whatever else is in brackets stays the text it is.
_INLINE = re.compile(r"\\([!-/:-@\[-`{-~])|(\*\*)|\[([^\]\[\\]+)\]\((/policies#[\w-]+)\)|([^\\*\[]+|.)", re.DOTALL)


def seen(value: object) -> object:
    """A string without the signs that nobody sees; anything else, text already marked up included, as it is."""
    return _UNSEEN.sub("", value) if type(value) is str else value


def text(value: object) -> str:
    """The value as inert text, fit for element content and for quoted attributes alike."""
    return html.escape(_UNSEEN.sub("", str(value)), quote=True).translate(_TEMPLATE_SIGNS)


def prose(markdown: str) -> str:
    """Paragraphs, `- ` lists, tables, **bold** and links to /policies as HTML; all else of Markdown stays text."""
    blocks = re.split(r"\n\s*\n", markdown.strip())
    return "".join(_block(block) for block in blocks if block.strip())


def _block(block: str) -> str:
    """One paragraph, or the list it leads up to; a line that starts nothing goes on with the one before."""
    rows = [row.strip() for row in block.strip().split("\n")]
    if len(rows) > 2 and all(row.startswith("|") for row in rows) and not set(rows[1]) - set("|-: "):
        return _table([rows[0], *rows[2:]])
    lead, *items = re.split(r"^\s*[-*] ", block, flags=re.MULTILINE)
    listed = "".join(f"<li>{_inline(_joined(item))}</li>" for item in items)
    paragraph = f"<p>{_inline(_joined(lead))}</p>" if lead.strip() else ""
    return paragraph + (f"<ul>{listed}</ul>" if listed else "")


def _table(rows: list[str]) -> str:
    head, *body = [[_inline(cell.strip()) for cell in row.strip("|").split("|")] for row in rows]
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in body)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"


def _joined(lines: str) -> str:
    return " ".join(lines.split())


def _inline(line: str) -> str:
    """Bold and links, with backslash escapes read as the sign they protect."""
    out: list[str] = []
    bold = False
    for match in _INLINE.finditer(line):
        protected, stars, label, target, plain = match.groups()
        if stars:
            bold = not bold
            out.append("<strong>" if bold else "</strong>")
        elif label:
            out.append(f'<a href="{text(target)}" target="_blank">{text(label)}</a>')
        else:
            out.append(text(protected or plain))
    if bold:
        out.append("</strong>")
    return "".join(out)


def picture_url(image_url: str, local: bool) -> str:
    """The address the page may load a picture from, or "" for none.

    Absolute addresses only over http(s); relative ones only below our own picture route, and only if the
    shop has an images folder (`local`). So `javascript:`, `data:` and `//host` never reach an attribute.
    """
    address = image_url.strip()
    if not address or _UNSEEN.search(address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme:
        return address if parts.scheme in ("http", "https") and parts.netloc else ""
    if not local or address.startswith(("/", "\\")) or ".." in parts.path.split("/"):
        return ""
    return PICTURES_PATH + quote(parts.path)
