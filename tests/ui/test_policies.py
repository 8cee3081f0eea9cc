from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

from assistant.policies import open_policies
from assistant.policy_pages import read_pages
from retrieval.encoder import HashEncoder
from ui.policies import document

DEMO = Path(__file__).parents[2] / "demo_store" / "policies.md"


def test_the_shops_pages_are_served_and_can_run_nothing(client: TestClient) -> None:
    response = client.get("/policies")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "script-src" not in response.headers["content-security-policy"]
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert '<h2 id="returns">Returns</h2>' in response.text
    assert "<td>30 days</td>" in response.text
    assert "<img" not in response.text
    assert client.get("/policies/other").status_code == 404


def test_the_page_links_to_them(client: TestClient) -> None:
    assert "/policies" in client.get("/config").text


def test_every_link_of_a_quote_has_its_anchor() -> None:
    page = document(open_policies(DEMO, HashEncoder()), "A & B")
    for section in read_pages(DEMO)[1]:
        assert page.count(f'id="{section.slug}"') == 1
        assert f'href="#{section.slug}"' in page
    assert "A &amp; B" in page
