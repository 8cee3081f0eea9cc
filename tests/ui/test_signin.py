"""Signing in and out, and the door of a desk: who comes in, and which forms are ours."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Annotated, Any, cast

import pytest
from fastapi import FastAPI, Form, Request
from fastapi.responses import Response
from fastapi.testclient import TestClient

from assistant.clerk import Clerk
from assistant.errors import TicketError
from tests.ui.toy_clerk import HOSTILE, ToyClerk
from ui.desks import CONTENT_POLICY, COOKIE, DeskMount, desk_app, local_path, mount_desk, render, see, signed_in
from ui.guard import BODY_LIMIT, BODY_LIMITS

PASSWORD = "correct horse battery"
PAGE = {"accept": "text/html"}
OURS = {"origin": "http://testserver"}


def toy_desk(clerk: Clerk, role: Any) -> FastAPI:
    """A desk with a page, forms, and one address for admins; `done` is what its forms did."""
    app = desk_app(clerk, role)
    app.state.done = []

    @app.get("/")
    def start(request: Request, product: str = "") -> Response:
        return render(request, "error.html", title="A desk", line=f"Looking at {product}", again="")

    @app.get("/tickets/{number}")
    def ticket(number: str) -> Response:
        raise TicketError(f"There is no ticket {number!r}.")

    @app.get("/broken")
    def broken() -> Response:
        raise RuntimeError("secret internals")

    @app.get("/settings")
    def settings(request: Request) -> dict[str, str]:
        return {"name": signed_in(request, "admin").name}

    @app.post("/take")
    def take(request: Request, note: Annotated[str, Form()] = "") -> Response:
        app.state.done.append((signed_in(request).name, note))
        return see("/agent?taken=1")

    @app.post("/import")
    async def take_in(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    return app


@pytest.fixture
def app(clerk: ToyClerk, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The whole application, with two toy desks where the real ones stand."""
    from ui import app as pages

    def toys(app: FastAPI, clerk: Clerk) -> None:
        mount_desk(app, "/agent", toy_desk(clerk, "agent"))
        mount_desk(app, "/review", toy_desk(clerk, "reviewer"))

    monkeypatch.setattr(pages, "add_desks", toys)
    for name, role in (("robin", "agent"), ("ash", "reviewer"), ("quinn", "admin")):
        clerk.accounts.add(name, role, PASSWORD)

    async def created() -> FastAPI:
        return pages.create_app(cast(Clerk, clerk))

    return asyncio.run(created())


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as opened:
        yield opened


def sign_in(client: TestClient, name: str = "robin", next: str = "", **changes: str) -> Any:
    form = {"name": name, "password": PASSWORD, "next": next} | changes
    return client.post("/signin", data=form, headers=OURS)


def form_token(client: TestClient, path: str = "/agent") -> str:
    found = re.search(r'name="form_token" value="([\w-]+)"', client.get(path, headers=PAGE).text)
    assert found
    return found[1]


class TestSigningIn:
    def test_there_and_back(self, client: TestClient) -> None:
        away = client.get("/agent?product=t1&x=a%20b", headers=PAGE)
        assert away.status_code == 303
        assert away.headers["location"] == "/signin?next=%2Fagent%3Fproduct%3Dt1%26x%3Da%2520b"
        form = client.get(away.headers["location"])
        hidden = re.search(r'name="next" value="([^"]*)"', form.text)
        assert hidden
        back = sign_in(client, next=hidden[1].replace("&amp;", "&"))
        assert (back.status_code, back.headers["location"]) == (303, "/agent?product=t1&x=a%20b")
        assert "Looking at t1" in client.get(back.headers["location"], headers=PAGE).text

    @pytest.mark.parametrize(("name", "desk"), [("robin", "/agent"), ("ash", "/review"), ("quinn", "/agent")])
    def test_without_a_page_to_go_back_to_it_is_the_desk_of_the_role(
        self, client: TestClient, name: str, desk: str
    ) -> None:
        assert sign_in(client, name).headers["location"] == desk

    def test_the_form_can_be_used_by_keyboard_reader_and_password_manager(self, client: TestClient) -> None:
        page = client.get("/signin").text
        for part in ('<html lang="en">', '<label for="name">', '<label for="password">', 'autocomplete="username"',
                     'autocomplete="current-password"', 'class="skip"', "<main "):  # fmt: skip
            assert part in page
        assert page.count("autofocus") == 1
        assert "<script" not in page
        assert "style=" not in page

    def test_a_wrong_password_and_a_wrong_name_get_one_line(self, client: TestClient) -> None:
        for reply in (sign_in(client, password="wrong"), sign_in(client, "nobody")):
            assert reply.status_code == 401
            assert "The name or the password is wrong." in reply.text
            assert 'role="alert"' in reply.text
            assert "set-cookie" not in reply.headers
        assert 'value="nobody"' in sign_in(client, "nobody").text
        assert PASSWORD not in sign_in(client, "nobody").text
        assert "give a name" in sign_in(client, "").text
        assert client.post("/signin", headers=OURS).status_code == 422

    def test_after_five_failures_it_says_how_long_to_wait(self, client: TestClient) -> None:
        for _ in range(5):
            assert sign_in(client, password="wrong").status_code == 401
        early = sign_in(client)
        assert early.status_code == 429
        assert "Too many failed tries. Please try again in 1 second." in early.text
        assert early.headers["retry-after"] == "1"

    def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(self, client: TestClient) -> None:
        cookie = sign_in(client).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie
        client.base_url = "https://testserver"
        assert "Secure" in client.post("/signin", data={"name": "robin", "password": PASSWORD}).headers["set-cookie"]

    def test_another_site_cannot_sign_anybody_in(self, client: TestClient) -> None:
        form = {"name": "robin", "password": PASSWORD}
        for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
            reply = client.post("/signin", data=form, headers=headers)
            assert reply.status_code == 403
            assert "set-cookie" not in reply.headers

    @pytest.mark.parametrize(
        "next",
        ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "evil",
         "/\n/evil.example", "javascript:alert(1)", "http:evil.example", " //evil.example",
         "///evil.example", "/" * 3_000],
    )  # fmt: skip
    def test_nobody_is_led_off_this_site(self, client: TestClient, next: str) -> None:
        assert local_path(next) == "/"
        assert sign_in(client, next=next).headers["location"] == "/agent"
        assert "evil" not in client.get("/signin", params={"next": next}).text

    @pytest.mark.parametrize(
        "next", ["/agent", "/agent?product=t1#facts", "/review/items/7?x=//y", "/agent?x=http://y"]
    )
    def test_a_path_of_this_site_is_kept(self, next: str) -> None:
        assert local_path(next) == next

    def test_without_any_account_the_page_says_how_to_make_one(self, client: TestClient, clerk: ToyClerk) -> None:
        command = "storeclerk users add NAME --role agent"
        assert command not in client.get("/signin").text
        for account in clerk.accounts.all():
            clerk.accounts.remove(account.name)
        assert command in client.get("/signin").text

    def test_signing_in_again_ends_the_one_before(self, client: TestClient, clerk: ToyClerk) -> None:
        sign_in(client)
        first = client.cookies[COOKIE]
        sign_in(client, "ash")
        assert clerk.accounts.who(first) is None
        assert client.cookies[COOKIE] != first


class TestSigningOut:
    def test_it_ends_on_the_server(self, client: TestClient, clerk: ToyClerk) -> None:
        sign_in(client)
        token = client.cookies[COOKIE]
        out = client.post("/signout", data={"form_token": form_token(client)}, headers=OURS)
        assert (out.status_code, out.headers["location"]) == (303, "/signin")
        assert COOKIE not in client.cookies
        assert clerk.accounts.who(token) is None
        client.cookies.set(COOKIE, token)  # a browser that kept it all the same
        assert client.get("/agent", headers=PAGE).status_code == 303

    def test_another_site_cannot_sign_anybody_out(self, client: TestClient, clerk: ToyClerk) -> None:
        sign_in(client)
        assert client.post("/signout").status_code == 403
        assert client.get("/signout", headers=PAGE).status_code == 405
        assert clerk.accounts.who(client.cookies[COOKIE])


class TestTheDoor:
    def test_nothing_of_any_desk_answers_without_a_sign_in(self, client: TestClient, app: FastAPI) -> None:
        assert {desk.path for desk in behind_doors(app)} == {"/agent", "/review", "/signout"}
        assert self.asked_in_vain(client, app) > 60
        assert not any(desk.app.state.done for desk in behind_doors(app) if hasattr(desk.app.state, "done"))

    def test_nor_of_the_real_desks(self, clerk: ToyClerk) -> None:
        from ui.app import create_app

        async def created() -> FastAPI:
            return create_app(cast(Clerk, clerk))

        app = asyncio.run(created())
        with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
            assert self.asked_in_vain(client, app)

    def asked_in_vain(self, client: TestClient, app: FastAPI) -> int:
        """Asks every route of every app with a door, in every way."""
        asked = 0
        for desk in behind_doors(app):
            for path, method in [(desk.path, "GET"), (f"{desk.path}/no-such", "GET"), *addresses(desk)]:
                for headers in ({}, PAGE, {"accept": "application/json"}, OURS, {"x-form-token": "x", **OURS}):
                    reply = client.request(method, path, headers=headers)
                    to_signin = reply.status_code == 303 and reply.headers["location"].startswith("/signin?next=")
                    assert to_signin or reply.status_code == 401, (method, path, reply.status_code)
                    asked += 1
        return asked

    def test_an_app_without_a_door_cannot_be_mounted(self) -> None:
        with pytest.raises(TypeError, match="no door"):
            mount_desk(FastAPI(), "/agent", FastAPI())

    @pytest.mark.parametrize("cookie", ["", "forged", "x" * 3_000, "%00"])
    def test_a_forged_cookie_is_nobodys(self, client: TestClient, cookie: str) -> None:
        client.cookies.set(COOKIE, cookie)
        assert client.get("/agent", headers=PAGE).status_code == 303

    @pytest.mark.parametrize(("name", "agent", "review"), [("robin", 200, 403), ("ash", 403, 200), ("quinn", 200, 200)])
    def test_each_role_has_its_desk(self, client: TestClient, name: str, agent: int, review: int) -> None:
        sign_in(client, name)
        page = client.get("/agent", headers=PAGE)
        assert (page.status_code, client.get("/review", headers=PAGE).status_code) == (agent, review)
        assert ('href="/agent"' in page.text) == (agent == 200)
        assert ('href="/review"' in page.text) == (review == 200)

    def test_a_page_that_is_refused_says_which_role_it_needs(self, client: TestClient) -> None:
        sign_in(client, "ash")
        page = client.get("/agent?product=t1", headers=PAGE)
        assert "needs the role &#34;agent&#34;; you are signed in as ash with the role &#34;reviewer&#34;" in page.text
        assert 'href="/signin?next=%2Fagent%3Fproduct%3Dt1"' in page.text
        call = client.get("/agent", headers={"accept": "application/json"})
        assert (call.status_code, list(call.json())) == (403, ["error"])

    def test_one_address_may_ask_for_more(self, client: TestClient) -> None:
        sign_in(client)
        assert client.get("/agent/settings", headers=PAGE).status_code == 403
        sign_in(client, "quinn")
        assert client.get("/agent/settings").json() == {"name": "quinn"}

    def test_a_role_that_was_taken_away_counts_at_once(self, client: TestClient, clerk: ToyClerk) -> None:
        sign_in(client)
        assert client.get("/agent", headers=PAGE).status_code == 200
        clerk.accounts.set_role("robin", "reviewer")
        assert client.get("/agent", headers=PAGE).status_code == 403
        clerk.accounts.remove("robin")
        assert client.get("/agent", headers=PAGE).status_code == 303

    def test_pages_run_nothing_foreign_and_are_kept_nowhere(self, client: TestClient) -> None:
        sign_in(client)
        for path in ("/agent", "/agent/no-such", "/agent/broken", "/signin", "/review"):
            headers = client.get(path, headers=PAGE).headers
            assert headers["content-security-policy"] == CONTENT_POLICY
            assert headers["cache-control"] == "no-store"
            assert headers["x-content-type-options"] == "nosniff"

    def test_hostile_text_is_text(self, client: TestClient) -> None:
        sign_in(client)
        for page in (
            client.get("/agent", params={"product": HOSTILE}, headers=PAGE),
            sign_in(client, HOSTILE, HOSTILE),
        ):
            assert "<img" not in page.text
            assert "&lt;img" in page.text

    def test_errors_are_one_line_on_a_page_or_for_a_script(self, client: TestClient) -> None:
        sign_in(client)
        assert "There is no ticket &#39;H-9&#39;." in client.get("/agent/tickets/H-9", headers=PAGE).text
        call = client.get("/agent/tickets/H-9", headers={"sec-fetch-dest": "empty"})
        assert (call.status_code, call.json()) == (404, {"error": "There is no ticket 'H-9'."})
        broken = client.get("/agent/broken", headers=PAGE)
        assert broken.status_code == 500
        assert "secret internals" not in broken.text


class TestForms:
    def done(self, app: FastAPI) -> list[tuple[str, str]]:
        (desk,) = (route for route in app.routes if isinstance(route, DeskMount) and route.path == "/agent")
        done: list[tuple[str, str]] = cast(FastAPI, desk.app).state.done
        return done

    def test_one_of_ours_is_done(self, client: TestClient, app: FastAPI) -> None:
        sign_in(client)
        token = form_token(client)
        form = client.post("/agent/take", data={"form_token": token, "note": "as a form"}, headers=OURS)
        assert (form.status_code, form.headers["location"]) == (303, "/agent?taken=1")
        files = {"form_token": (None, token), "note": (None, "in parts")}
        assert client.post("/agent/take", files=files, headers=OURS).status_code == 303
        script = {"x-form-token": token, "sec-fetch-site": "same-origin"}
        assert client.post("/agent/take", data={"note": "by a script"}, headers=script).status_code == 303
        assert self.done(app) == [("robin", "as a form"), ("robin", "in parts"), ("robin", "by a script")]

    @pytest.mark.parametrize(
        "headers",
        [{"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "http://["},
         {"origin": "http://testserver.evil.example"},
         {"origin": "http://testserver:81"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
         {"sec-fetch-site": "cross-site", **OURS}],
    )  # fmt: skip
    def test_one_from_another_site_is_not_even_with_the_token(
        self, client: TestClient, app: FastAPI, headers: dict[str, str]
    ) -> None:
        sign_in(client)
        reply = client.post("/agent/take", data={"form_token": form_token(client)}, headers=headers)
        assert reply.status_code == 403
        assert "another site" in reply.text
        assert self.done(app) == []

    def test_one_without_the_token_or_with_anothers_is_not(
        self, client: TestClient, app: FastAPI, clerk: ToyClerk
    ) -> None:
        sign_in(client)
        anothers = clerk.accounts.signin("robin", PASSWORD, "10.0.0.9").signed.form_token
        for token in ("", "x", anothers, "é", "x" * 5_000):
            reply = client.post("/agent/take", data={"form_token": token}, headers=OURS)
            assert (reply.status_code, "earlier sign-in" in reply.text) == (403, True)
        assert client.post("/agent/take", headers=OURS).status_code == 403
        assert client.post("/agent/take", json={"form_token": form_token(client)}, headers=OURS).status_code == 403
        assert client.post("/agent/take", headers={"x-form-token": anothers, **OURS}).json()["error"]
        broken = {"content-type": "multipart/form-data; boundary=x", **OURS}
        assert client.post("/agent/take", content=b"nonsense", headers=broken).status_code in (400, 403)
        assert self.done(app) == []

    def test_a_form_sent_after_the_sign_in_ended_says_so(self, client: TestClient, app: FastAPI) -> None:
        reply = client.post("/agent/take", data={"note": "long"}, headers={**PAGE, **OURS})
        assert reply.status_code == 401
        assert "nothing was saved" in reply.text
        assert self.done(app) == []

    def test_how_much_may_be_sent(self, client: TestClient) -> None:
        sign_in(client, "quinn")
        headers = {"x-form-token": form_token(client), **OURS}
        assert client.post("/agent/import", content=b"x" * BODY_LIMIT, headers=headers).json() == {"bytes": BODY_LIMIT}
        large = client.post("/agent/import", content=b"x" * (BODY_LIMIT + 1), headers=headers)
        assert (large.status_code, large.json()["error"]) == (413, "The request is too large: at most 64 KB here.")
        most = BODY_LIMITS["/review/import"]
        assert client.post("/review/import", content=b"x" * most, headers=headers).json() == {"bytes": most}
        large = client.post("/review/import", content=b"x" * (most + 1), headers=headers)
        assert (large.status_code, "20,480 KB" in large.json()["error"]) == (413, True)
        client.cookies.clear()
        assert client.post("/review/import", content=b"x" * (most + 1), headers=headers).status_code == 401


class TestFiles:
    def test_the_stylesheet_is_served_and_nothing_else(self, client: TestClient) -> None:
        address = re.search(r'href="(/desk/desk\.css\?v=\w+)"', client.get("/signin").text)
        assert address
        style = client.get(address[1])
        assert style.headers["content-type"].startswith("text/css")
        assert "max-age" in style.headers["cache-control"]
        for name in ("desks.py", "../desks.py", "%2e%2e/desks.py", "base.html", "shopper.js", "", "desk.css/x"):
            assert client.get(f"/desk/{name}").status_code == 404


def behind_doors(app: FastAPI) -> list[Any]:
    """Every mount but the one where people sign in."""
    return [route for route in app.routes if isinstance(route, DeskMount) and route.path != "/signin"]


def addresses(mount: Any) -> list[tuple[str, str]]:
    """(path, method) of every route below a mount, what is mounted or included in it too, blanks in paths filled."""
    found, at = [], getattr(mount, "path", "")
    for route in mount.routes:
        path = at + re.sub(r"\{[^}]*\}", "1", getattr(route, "path", ""))
        found += [(path, method) for method in sorted(getattr(route, "methods", None) or ("GET", "POST"))]
        if getattr(route, "routes", None):
            found += [(at + inner, method) for inner, method in addresses(route)]
    return found
