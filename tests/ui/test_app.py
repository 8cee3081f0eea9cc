from __future__ import annotations

import socket
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.errors import PortInUse
from retrieval.errors import StoreclerkError
from tests.ui.toy_clerk import ToyClerk
from ui.app import find_picture
from ui.guard import BODY_LIMIT
from ui.serve import address, listen


def test_it_is_healthy_and_quiet_about_itself(client: TestClient) -> None:
    response = client.get("/healthz")
    assert response.json() == {"status": "ok"}
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in response.headers["content-security-policy"]


def test_the_page_carries_the_shops_name_and_no_path_of_this_machine(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "Larkspur Outfitters" in page.text
    assert str(Path(__file__).parents[2]) not in page.text


@pytest.mark.parametrize(
    "path",
    ["/docs", "/openapi.json", "/gradio_api/info", "/gradio_api/openapi.json", "/gradio_api/upload", "/monitoring",
     "/flag", "/gradio_api/file=/etc/passwd", "/gradio_api/file=https://example.com/", "/gradio_api/run/respond",
     "/gradio_api/call/respond", "/gradio_api/proxy=https://example.com/", "/api", "/.env"],
)  # fmt: skip
def test_nothing_else_answers(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, json={}).status_code == 404


def test_a_picture_is_served_as_what_it_is_and_cannot_run(client: TestClient) -> None:
    response = client.get("/pictures/images/tent-green.svg")
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/svg+xml"
    assert response.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["products.csv", "images", "images/none.svg", "images/link.svg", "../outside.svg", "%2e%2e/outside.svg",
     "images/..%2f..%2foutside.svg", "..%5coutside.svg", "%00.svg", "/etc/hostname.svg", "x" * 300 + ".svg"],
)  # fmt: skip
def test_no_other_file_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/pictures/{path}").status_code == 404


def test_paths_are_resolved_before_they_are_trusted(shop_folder: Path) -> None:
    assert find_picture(shop_folder, "images/tent-green.svg") is not None
    for path in ("../outside.svg", str(shop_folder.parent / "outside.svg"), "images/link.svg", "\0.svg"):
        assert find_picture(shop_folder, path) is None
    assert find_picture(None, "images/tent-green.svg") is None


def test_a_conversation_over_the_api(client: TestClient, clerk: ToyClerk) -> None:
    session = client.post("/api/session", json={"shopper": "s012"}).json()["session"]
    assert clerk.sessions.started[session] == "s012"
    reply = client.post("/api/ask", json={"session": session, "message": "a tent"}).json()
    assert [each["product_id"] for each in reply["recommendations"]] == ["t1", "t2", "t3"]
    thumb = {"session": session, "answer_id": "a1", "product_id": "t1", "up": True}
    assert client.post("/api/feedback", json=thumb).json() == {"kept": True}
    assert clerk.feedback.kept == {(session, "a1", "t1"): True}


@pytest.mark.parametrize("clerk", ["real"], indirect=True)
def test_similar_products_over_the_api(client: TestClient) -> None:
    found = client.get("/api/similar/t1", params={"k": 2}).json()
    assert found["product"]["product_id"] == "t1"
    assert len(found["similar"]) == 2
    unknown = client.get("/api/similar/t11")
    assert unknown.status_code == 404
    assert "did you mean 't1'" in unknown.json()["error"]
    assert client.get("/api/similar/t1", params={"k": 0}).json()["error"].startswith("k:")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"session": "forged", "message": "a tent"}, 404, "start over"),
        ({"session": "x", "message": ""}, 422, "message"),
        ({"session": "x", "message": "y" * 1001}, 422, "message"),
        ({"session": "x"}, 422, "message"),
        (
            {"session": "x", "message": "a tent", "variety": 1.5},
            422,
            "variety: Input should be less than or equal to 1",
        ),
        ({"session": "x", "message": "a tent", "variety": -0.1}, 422, "variety"),
        ({"session": "x", "message": "a tent", "variety": "0.5"}, 422, "variety"),
        ({"session": "x", "message": "a tent", "variety": True}, 422, "variety"),
        ({"session": ["x"], "message": "a tent"}, 422, "session"),
        ([], 422, "body"),
    ],
)
def test_a_bad_question_gets_one_line(client: TestClient, body: object, status: int, words: str) -> None:
    response = client.post("/api/ask", json=body)
    assert response.status_code == status
    assert words in response.json()["error"]


def test_variety_may_be_asked_for_with_the_message(client: TestClient, clerk: ToyClerk) -> None:
    session = client.post("/api/session", json={}).json()["session"]
    for sent, kept in ((0.3, 0.3), (None, 0.3), (1, 1.0), (0, 0.0)):
        body = {"session": session, "message": "a tent", "variety": sent}
        assert client.post("/api/ask", json=body).status_code == 200
        assert clerk.sessions.variety[session] == kept


def test_a_bug_gets_a_calm_line_and_no_traceback(client: TestClient) -> None:
    session = client.post("/api/session", json={}).json()["session"]
    response = client.post("/api/ask", json={"session": session, "message": "explode"})
    assert response.status_code == 500
    assert "secret internals" not in response.text
    assert response.json()["error"].startswith("Sorry")


def test_an_unknown_shopper_is_refused(client: TestClient) -> None:
    assert client.post("/api/session", json={"shopper": "root"}).status_code == 422


def test_a_huge_body_is_refused_unread(client: TestClient) -> None:
    body = b"x" * (BODY_LIMIT + 1)
    for path in ("/api/ask", "/gradio_api/queue/join"):
        assert client.post(path, content=body).status_code == 413


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with listen("127.0.0.1", 0) as first:
        first.listen()
        port = first.getsockname()[1]
        assert address(first) == f"http://127.0.0.1:{port}"
        with pytest.raises(PortInUse, match=rf"Port {port} .*--port"):
            listen("127.0.0.1", port)


def test_an_impossible_host_is_named() -> None:
    with pytest.raises(StoreclerkError, match=r"no.such.host.invalid.*--host"):
        listen("no.such.host.invalid", 0)


def test_the_address_of_an_ipv6_listener_has_brackets() -> None:
    try:
        listener = listen("::1", 0)
    except StoreclerkError:
        pytest.skip("no IPv6 here")
    with listener:
        assert listener.family is socket.AF_INET6
        assert address(listener).startswith("http://[::1]:")
