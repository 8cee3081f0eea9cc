"""The shop's own pages at /policies, which replies quote and link to. No script, no frame, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from assistant.policies import PolicyPages
from assistant.policy_pages import ADDRESS, PolicyPage, parser
from ui.markup import text

# A document of its own: whatever a page has in it, nothing of it runs; its pictures may be the shop's.
CONTENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' http: https:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)

# The colours are those of style.css, whose rules are Gradio's page's.
_STYLE = """
:root { color-scheme: light dark; --paper: #faf6ee; --card: #fff; --line: #ddd1be; --ink: #2a2520; --soft: #655c51;
  --pine: #1f5c49; --wash: #e4efe8; }
@media (prefers-color-scheme: dark) { :root { --paper: #1a1714; --card: #25211c; --line: #40382f; --ink: #f1eae0;
  --soft: #b9ae9f; --pine: #86cdae; --wash: #24382f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.6 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
header, main { max-width: 72ch; margin: 0 auto; padding: 20px 24px; }
header { border-bottom: 1px solid var(--line); display: flex; justify-content: space-between; gap: 16px; }
nav { margin: 8px 0 24px; } nav ul { columns: 2; padding-left: 1.2em; } nav li { break-inside: avoid; }
h1, h2, h3 { font-family: "Iowan Old Style", Palatino, "Book Antiqua", Georgia, serif; line-height: 1.25; }
h1 { font-size: 28px; } h2 { font-size: 22px; margin-top: 2em; } h3 { font-size: 18px; margin-bottom: .3em; }
h1, h2, h3 { scroll-margin-top: 16px; } table { margin: 12px 0; }
:target { background: var(--wash); box-shadow: 0 0 0 6px var(--wash); }
a { color: var(--pine); } a:focus-visible { outline: 3px solid var(--pine); outline-offset: 2px; }
table { display: block; overflow-x: auto; border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: 6px 12px; text-align: left; background: var(--card); }
pre { overflow-x: auto; padding: 12px; background: var(--card); border: 1px solid var(--line); }
img { max-width: 100%; } .soft { color: var(--soft); }
@media (max-width: 560px) { nav ul { columns: 1; } }
"""


def add_policies(app: FastAPI, policies: PolicyPages, shop_name: str) -> None:
    """The route; a shop without pages has none, and the address answers 404 as any unknown one does."""
    if not policies.pages:
        return
    page = document(policies, shop_name)

    @app.get(ADDRESS)
    def shown() -> HTMLResponse:
        headers = {"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": "public, max-age=300"}
        return HTMLResponse(page, headers=headers)


def document(policies: PolicyPages, shop_name: str) -> str:
    """All pages as one HTML document, with a list of their sections."""
    links = "".join(f'<li><a href="#{text(s.slug)}">{text(s.title)}</a></li>' for s in policies.sections)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Our policies – {text(shop_name)}</title><style>{_STYLE}</style></head><body>"
        f'<header><strong>{text(shop_name)}</strong><a href="/">Back to the clerk</a></header>'
        f'<main><nav aria-label="Sections"><ul>{links}</ul></nav>{_articles(policies.pages)}</main></body></html>'
    )


def _articles(pages: Sequence[PolicyPage]) -> str:
    return "".join(f"<article>{rendered(page)}</article>" for page in pages)


def rendered(page: PolicyPage) -> str:
    """The page's Markdown as HTML, each section's heading with its anchor. Tags in it are text."""
    markdown = parser()
    tokens = markdown.parse(page.markdown)
    anchors = dict(page.anchors)
    for token in tokens:
        if token.type == "heading_open" and token.map and token.map[0] in anchors:
            token.attrSet("id", anchors[token.map[0]])
    return str(markdown.renderer.render(tokens, markdown.options, {}))
