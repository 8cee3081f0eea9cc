"""The support desk's pages, over the real clerk with a toy shop."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant import cli_alternatives
from assistant.accounts import Accounts, Signed
from assistant.alternatives import alternatives
from assistant.answer import answer
from assistant.clerk import Clerk, open_clerk
from assistant.database import Sessions, open_database
from assistant.generators import ScriptedGenerator
from assistant.neighbours import Candidate
from assistant.sent_replies import SentReplies
from assistant.settings import Settings
from assistant.tickets import Tickets
from assistant.types import Done
from retrieval.encoder import HashEncoder
from retrieval.index import build_index
from tests.assistant.alternatives_shop import with_neighbours
from tests.assistant.shop import BY_ID, HOSTILE, PRODUCTS
from tests.toys import write_jsonl
from tests.ui.toy_clerk import QUICK
from ui.agent import Lately, agent_app
from ui.agent_asked import Asked
from ui.desks import COOKIE, add_assets, mount_desk
from ui.guard import Guard
from ui.signin import add_signin

PASSWORD = "correct horse battery"
PAGE = {"accept": "text/html"}
OURS = {"origin": "http://testserver"}


class Agent:
    """One who is signed in."""

    def __init__(self, clerk: Clerk, name: str = "robin", role: str = "agent") -> None:
        clerk.accounts.add(name, role, PASSWORD)
        made = clerk.accounts.signin(name, PASSWORD, "10.0.0.1")
        self.token = made.signed.form_token
        self.client = TestClient(desk(clerk), raise_server_exceptions=False, follow_redirects=False)
        self.client.cookies.set(COOKIE, made.token)

    def see(self, address: str, status: int = 200) -> str:
        response = self.client.get(address, headers=PAGE)
        assert response.status_code == status, response.text
        return response.text

    def product(self, product: str, **query: Any) -> str:
        return self.see(str(self.client.build_request("GET", "/agent", params={"product": product} | query).url))

    def post(self, address: str, data: dict[str, Any], *, script: bool = False) -> Any:
        if script:
            return self.client.post(address, data=data, headers=OURS | {"x-form-token": self.token})
        return self.client.post(address, data=data | {"form_token": self.token}, headers=OURS | PAGE)


def desk(clerk: Clerk) -> FastAPI:
    """The desk where it stands, without the shoppers' page."""
    app = FastAPI()
    add_assets(app)
    add_signin(app, clerk)
    mount_desk(app, "/agent", agent_app(clerk))
    app.add_middleware(Guard)
    return app


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    """The catalogue, read once."""
    data = tmp_path_factory.mktemp("camp")
    build_index([write_jsonl(data / "feed.jsonl", PRODUCTS)], data, HashEncoder())
    settings = Settings(shop_name="Larkspur Outfitters", data_dir=data)
    with open_clerk(settings, encoder=HashEncoder(), generator=ScriptedGenerator()) as clerk:
        yield clerk


@pytest.fixture
def clerk(opened: Clerk, tmp_path: Path) -> Iterator[Clerk]:
    """The real clerk over the toy catalogue, with a database that nobody has written to."""
    engine = open_database(tmp_path)
    yield replace(
        opened,
        sessions=Sessions(engine),
        tickets=Tickets(engine),
        sent_replies=SentReplies(engine),
        accounts=Accounts(engine, hasher=QUICK),
    )
    engine.dispose()


@pytest.fixture
def agent(clerk: Clerk) -> Iterator[Agent]:
    one = Agent(clerk)
    with one.client:
        yield one


def words(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[-1])).split())


def group(page: str, kind: str) -> list[str]:
    """The ids that a group shows, in order."""
    part = re.search(rf'<section class="shelf[^"]*" aria-labelledby="{kind}">(.*?)</section>', page, re.DOTALL)
    return re.findall(r"<code>([^<]+)</code>", part[1]) if part else []


def notices(page: str) -> list[str]:
    return [words(each) for each in re.findall(r'<p class="notice"[^>]*>(.+?)</p>', page, re.DOTALL)]


class TestWhoComesIn:
    @pytest.mark.parametrize("address", ["/agent?product=tent-2", "/agent/tickets", "/agent/tickets/H-1001"])
    def test_nobody_who_is_not_signed_in(self, clerk: Clerk, address: str) -> None:
        with TestClient(desk(clerk), follow_redirects=False) as client:
            away = client.get(address, headers=PAGE)
        assert away.status_code == 303
        assert parse_qs(urlsplit(away.headers["location"]).query)["next"] == [address]

    @pytest.mark.parametrize("address", ["/agent/alternatives.json?product=tent-2", "/agent/tickets.json"])
    def test_a_script_is_told_in_json(self, clerk: Clerk, address: str) -> None:
        with TestClient(desk(clerk), follow_redirects=False) as client:
            refused = client.get(address)
        assert (refused.status_code, refused.json()["error"]) == (401, "Please sign in at /signin.")

    @pytest.mark.parametrize("address", ["/agent", "/agent/alternatives.json?product=tent-2", "/agent/tickets"])
    def test_no_reviewer(self, clerk: Clerk, address: str) -> None:
        reviewer = Agent(clerk, "ash", "reviewer")
        assert "reviewer" in reviewer.see(address, 403)

    def test_an_admin(self, clerk: Clerk) -> None:
        assert "Looked up lately" in Agent(clerk, "quinn", "admin").see("/agent")

    @pytest.mark.parametrize("address", ["/agent/reply", "/agent/sent", "/agent/compare", "/agent/tickets/H-1001/take"])
    def test_no_form_of_elsewhere(self, agent: Agent, address: str) -> None:
        form = {"product": "tent-2", "choose": "tent-4"}
        assert agent.client.post(address, data=form, headers=OURS).status_code == 403
        elsewhere = {"origin": "https://evil.example", "x-form-token": agent.token}
        assert agent.client.post(address, data=form, headers=elsewhere).status_code == 403

    def test_nothing_runs_in_a_page(self, agent: Agent) -> None:
        for address in ("/agent", "/agent?product=tent-2", "/agent?product=tent", "/agent/tickets"):
            page = agent.see(address)
            assert " style=" not in page
            assert "<style" not in page
            assert not re.search(r"\son\w+=", page)
            assert re.findall(r"<script[^>]*>", page) == re.findall(
                r'<script src="/desk/agent\.js\?v=\w+" defer>', page
            )


class TestFinding:
    @pytest.mark.parametrize("said", ["tent-2", " TENT-2 ", "Brindle Tansy 2", "the tansy 2"])
    def test_one_product(self, agent: Agent, said: str) -> None:
        page = agent.product(said)
        assert '<h1 id="product-title">Brindle Tansy 2</h1>' in page

    def test_several_are_chosen_from_by_number(self, agent: Agent) -> None:
        page = agent.product("Brindle Tansy", ticket="H-1001", keep="capacity")
        found = re.findall(r'<a href="([^"]+)" data-item data-key="(\d)">', page)
        assert [key for _, key in found] == ["1", "2"]
        assert {parse_qs(urlsplit(html.unescape(a)).query)["product"][0] for a, _ in found} == {"tent-2", "tent-4"}
        assert all("ticket=H-1001" in a and "keep=capacity" in a for a, _ in found)

    def test_a_customers_words(self, agent: Agent) -> None:
        assert "Which one is meant?" in agent.product("my kettle is too loud, do you have a quiet one")

    def test_what_is_not_in_the_catalogue(self, agent: Agent) -> None:
        page = agent.product("4006381333931")
        assert "No listing states the bar code 4006381333931." in words(page)

    def test_what_was_pasted_stays_text(self, agent: Agent) -> None:
        page = agent.product(f'"><script>{HOSTILE}')
        assert "<script>" not in page
        assert "<img src=x" not in page

    def test_nothing_pasted_is_the_first_page(self, agent: Agent) -> None:
        assert "Looked up lately" in agent.product("   ")

    def test_what_was_looked_up_lately_is_each_ones_own(self, agent: Agent, clerk: Clerk) -> None:
        for id in ("tent-2", "knife-chef", "tent-2"):
            agent.product(id)
        lately = re.findall(r'/agent\?product=([\w-]+)" data-item', agent.see("/agent"))
        assert lately == ["tent-2", "knife-chef"]
        agent.client.cookies.set(COOKIE, Agent(clerk, "wren").client.cookies[COOKIE])  # another at the same desk
        assert "data-item" not in agent.see("/agent")

    @pytest.mark.parametrize("query", ["k=0", "k=many", "k=1000", "cheaper=perhaps"])
    def test_an_address_that_makes_no_sense_is_one_line(self, agent: Agent, query: str) -> None:
        (line,) = notices(agent.see(f"/agent?product=tent-2&{query}", 422))
        assert line.startswith(query.split("=")[0])


class TestAProduct:
    def test_groups_facts_and_what_differs(self, agent: Agent, clerk: Clerk) -> None:
        page = agent.product("tent-2")
        best_first = [a.product.id for a in alternatives(clerk, "tent-2").group("substitute")]
        assert group(page, "substitute") == best_first
        assert set(best_first) == {"tent-4", "tent-light", "tent-6"}
        said = words(page)
        assert "$120.00 4 in stock" in said
        assert "$60.00 more (+50 %)" in said
        assert "does the same job, sure 8" in said
        assert re.search(r"weight 2\.8 kg 1\.4 kg better", said)
        assert re.search(r"weight 2\.8 kg 9 kg worse", said)

    def test_what_stands_in_two_groups_is_told_once(self, agent: Agent) -> None:
        page = agent.product("pack-65")
        assert group(page, "substitute") == group(page, "cheaper") == group(page, "in_stock")
        assert page.count(">All about it above<") == 4
        assert page.count("Why here?") == 2
        anchors = re.findall(r' id="([\w-]+)"', page)
        assert len(anchors) == len(set(anchors))
        assert set(re.findall(r'href="#([\w-]+)">All', page)) <= set(anchors)

    def test_what_goes_with_it_stands_apart_and_cannot_be_chosen(self, agent: Agent) -> None:
        page = agent.product("tent-2", keep="capacity")
        apart = page[page.index('class="shelf apart"') :].split("</section>")[0]
        assert "kept" not in apart
        assert group(page, "complement")
        assert "no replacement" in apart
        assert "data-choose" not in apart

    def test_pins_set_aside_and_say_so(self, agent: Agent) -> None:
        page = agent.product("tent-2", keep="capacity")
        assert group(page, "substitute") == ["tent-light"]
        assert "2 set aside: capacity is not kept." in words(page)
        assert "capacity: 2 persons kept" in words(page)
        assert re.search(r'name="keep" value="capacity" id="pin-\d+"[^>]* checked', page)

    def test_a_pin_that_its_listing_knows_nothing_of(self, agent: Agent) -> None:
        assert "“duplex” cannot be pinned: the listing states no such fact." in notices(
            agent.product("tent-2", keep="duplex")
        )

    def test_filters(self, agent: Agent) -> None:
        assert group(agent.product("kettle-plain", cheaper="1"), "substitute") == ["kettle-small"]
        assert "tent-6" not in group(agent.product("tent-2", in_stock="1"), "substitute")
        assert len(group(agent.product("tent-2", k="1"), "substitute")) == 1

    def test_why_here_is_the_whole_sum(self, agent: Agent) -> None:
        page = agent.product("tent-2")
        for part in re.findall(r'<dl class="bars">(.*?)</dl>', page, re.DOTALL):
            *terms, total = re.findall(r'<dd class="points">([^<]+)</dd>', part)
            assert sum(float(t.replace("−", "-")) for t in terms) == pytest.approx(float(total), abs=0.05)

    def test_the_listing_without_attributes(self, agent: Agent) -> None:
        page = agent.product("hostile")
        assert any("states no attributes" in line for line in notices(page))
        assert group(page, "substitute") == []
        assert len(group(page, "complement")) == 5  # its shelf is that of mugs: kettles and coffee makers
        assert "<img src=x" not in page

    def test_a_listing_with_nothing_near_it(self, clerk: Clerk) -> None:
        page = Agent(with_neighbours(clerk)).product("hostile")
        assert "No alternatives to show." in page
        assert "<img src=x" not in page

    def test_everything_out_of_stock(self, clerk: Clerk) -> None:
        gone = [Candidate(replace(BY_ID[id], stock=0), "substitute", 0.9, 0.8, 0) for id in ("tent-4", "tent-6")]
        page = Agent(with_neighbours(clerk, *gone)).product("tent-2")
        assert "Every alternative is out of stock." in notices(page)
        assert group(page, "in_stock") == []

    def test_hostile_listings_stay_text(self, clerk: Clerk) -> None:
        evil = replace(
            BY_ID["tent-4"], title=HOSTILE, brand=HOSTILE, image_url="javascript:alert(1)", url="javascript:alert(1)",
            attributes={HOSTILE: HOSTILE, "colour": HOSTILE, "capacity": BY_ID["tent-2"].attributes["capacity"]},
        )  # fmt: skip
        agent = Agent(with_neighbours(clerk, Candidate(evil, "variant", 0.9, 0.8, 0)))
        for query in ({}, {"choose": "tent-4"}, {"choose": "tent-4", "compare": "1"}):
            page = agent.product("tent-2", **query)
            assert "<img src=x" not in page
            assert "javascript:" not in page
            assert "&lt;img src=x onerror=alert(1)&gt;" in page

    def test_side_by_side(self, agent: Agent) -> None:
        made = agent.post(
            "/agent/compare", {"product": "tent-2", "choose": ["tent-4", "tent-light"], "customer": "Wren"}
        )
        assert made.status_code == 303
        assert "Wren" not in made.headers["location"]
        page = agent.see(made.headers["location"])
        table = page[page.index('<section class="compare"') :].split("</section>")[0]
        assert re.findall(r'<th scope="col">(.+?)</th>', table)[1:] != []
        assert all(BY_ID[id].title in table for id in ("tent-2", "tent-4", "tent-light"))

    def test_nothing_chosen_to_set_beside(self, agent: Agent) -> None:
        assert any("to set them beside" in line for line in notices(agent.product("tent-2", compare="1")))


class TestAReply:
    FORM: Mapping[str, Any] = {
        "product": "pack-65",
        "choose": ["pack-45", "pack-30"],
        "keep": ["use"],
        "tone": "formal",
    }

    def text(self, page: str) -> str:
        found = re.search(r'<textarea id="sent"[^>]*>(.*?)</textarea>', page, re.DOTALL)
        assert found
        return html.unescape(found[1])

    def test_it_can_be_reached_by_address(self, agent: Agent) -> None:
        text = self.text(agent.product("pack-65", choose=["pack-45", "pack-30"], reason="out_of_stock"))
        assert "Northlea Ramble" in text
        assert "Brindle Thrift" in text
        assert "out of stock" in text

    def test_a_script_gets_the_text_and_the_address_without_the_name(self, agent: Agent) -> None:
        made = agent.post("/agent/reply", dict(self.FORM) | {"customer": "Wren"}, script=True).json()
        assert "Wren" in made["text"]
        assert "Wren" not in made["address"]
        again = self.text(agent.see(made["address"]))
        assert again.strip().split("\n\n")[1:] == made["text"].split("\n\n")[1:]

    def test_the_reason_in_ones_own_words(self, agent: Agent) -> None:
        own = "The maker sent us a broken batch."
        page = agent.post("/agent/reply", dict(self.FORM) | {"reason": "out_of_stock", "own": own}).text
        assert own in self.text(page)
        assert f'value="{own}"' in page

    def test_no_reason(self, agent: Agent) -> None:
        made = agent.post("/agent/reply", dict(self.FORM) | {"reason": "none"}, script=True).json()
        assert "out of stock" not in made["text"]
        assert "reason=none" in made["address"]

    @pytest.mark.parametrize(
        ("change", "line"),
        [
            ({"choose": ["tent-2"]}, "tent-2 is not among these alternatives"),
            ({"choose": []}, "one to 3"),
            ({"tone": "rude"}, "There is no tone 'rude'"),
            ({"product": "kettle-plain", "choose": ["kettle-quiet"], "reason": "cheaper"}, "known to cost less"),
            ({"product": "tent-2", "choose": ["bag-winter"], "reason": "none"}, "does not replace it"),
        ],
    )
    def test_a_wrong_choice_is_one_line(self, agent: Agent, change: dict[str, Any], line: str) -> None:
        refused = agent.post("/agent/reply", dict(self.FORM) | {"keep": []} | change, script=True)
        assert refused.status_code == 422
        assert line in refused.json()["error"]
        if change.get("choose") != []:
            page = agent.post("/agent/reply", dict(self.FORM) | {"keep": []} | change)
            assert page.status_code == 200
            assert any(line in each for each in notices(page.text))

    def test_a_product_that_has_left_the_catalogue(self, agent: Agent) -> None:
        gone = agent.post("/agent/reply", dict(self.FORM) | {"product": "pack-99"}, script=True)
        assert gone.status_code == 404
        assert "pack-99" in gone.json()["error"]

    def test_what_was_sent_is_kept_without_the_name(self, agent: Agent, clerk: Clerk) -> None:
        made = agent.post("/agent/reply", dict(self.FORM) | {"customer": "Wren"}, script=True).json()
        changed = made["text"] + "\n\nP.S. Write to me at wren@example.com."
        form = dict(self.FORM) | {"customer": "Wren", "suggested": made["text"], "sent": changed.replace("\n", "\r\n")}
        assert agent.post("/agent/sent", form, script=True).status_code == 200
        (kept,) = clerk.sent_replies.all()
        assert (kept.account, kept.product_id, kept.tone) == ("robin", "pack-65", "formal")
        assert (kept.alternatives, kept.kept) == (("pack-45", "pack-30"), ("use",))
        assert "Wren" not in kept.suggested + kept.sent
        assert "wren@example.com" not in kept.sent
        assert not kept.unchanged
        assert kept.similarity > 0.8

    def test_without_a_script_the_page_says_that_it_is_kept(self, agent: Agent, clerk: Clerk) -> None:
        form = dict(self.FORM) | {"suggested": "Dear customer,", "sent": "Hello,"}
        page = agent.post("/agent/sent", form)
        assert "Kept beside what was suggested." in page.text
        assert self.text(page.text).strip() == "Hello,"
        assert len(clerk.sent_replies.all()) == 1

    @pytest.mark.parametrize(
        "change",
        [
            {"sent": " "},
            {"suggested": ""},
            {"choose": []},
            {"choose": ["a", "b", "c", "d"]},
            {"product": "x"},
            {"tone": "x" * 9_000},
        ],
    )
    def test_nothing_is_kept_of_what_was_no_reply(self, agent: Agent, clerk: Clerk, change: dict[str, Any]) -> None:
        form = dict(self.FORM) | {"suggested": "Dear customer,", "sent": "Hello,"} | change
        assert agent.post("/agent/sent", form, script=True).status_code in (404, 422)
        assert clerk.sent_replies.all() == []

    def test_the_model_may_word_it(self, agent: Agent) -> None:
        page = agent.product("pack-65", worded="1", choose="pack-45")
        assert '<input type="checkbox" name="worded" value="1" checked>' in page
        assert "Northlea Ramble" in self.text(page)


@pytest.fixture
def ticket(clerk: Clerk) -> str:
    """The number of a ticket that a conversation ended in, after a hostile message."""
    session = clerk.sessions.start()
    for message in (f"a tent {HOSTILE}", "please let me talk to a person"):
        *_, last = answer(clerk, session, message)
    assert isinstance(last, Done)
    return last.answer.ticket


class TestTickets:
    def test_a_whole_case(self, agent: Agent, clerk: Clerk, ticket: str) -> None:
        assert ticket in agent.see("/agent")
        assert ticket in agent.see("/agent/tickets")
        page = agent.see(f"/agent/tickets/{ticket}")
        assert "please let me talk to a person" in words(page)
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page
        assert f"ticket={ticket}" in page
        taken = agent.post(f"/agent/tickets/{ticket}/take", {})
        assert (taken.status_code, taken.headers["location"]) == (303, f"/agent/tickets/{ticket}?done=take")
        assert "The ticket is yours." in agent.see(taken.headers["location"])
        assert ticket in agent.see("/agent/tickets?state=mine")
        agent.post(f"/agent/tickets/{ticket}/note", {"text": f"Had it in May. {HOSTILE}"})
        agent.post(f"/agent/tickets/{ticket}/answer", {"text": "We will send it today."})
        page = agent.see(f"/agent/tickets/{ticket}")
        assert "Had it in May." in page
        assert "We will send it today." in page
        assert "<img src=x" not in page
        session = clerk.tickets.get(ticket).session
        assert [each.reply for each in clerk.sessions.answers_of_people(session)] == ["We will send it today."]
        agent.post(f"/agent/tickets/{ticket}/close", {})
        assert ticket not in agent.see("/agent/tickets")
        assert ticket in agent.see("/agent/tickets?state=closed")
        agent.post(f"/agent/tickets/{ticket}/reopen", {})
        assert clerk.tickets.get(ticket).closed is None

    def test_of_two_who_take_it_one_is_told_who_has_it(self, agent: Agent, clerk: Clerk, ticket: str) -> None:
        other = Agent(clerk, "wren")
        assert agent.post(f"/agent/tickets/{ticket}/take", {}).status_code == 303
        late = other.post(f"/agent/tickets/{ticket}/take", {})
        assert late.status_code == 409
        (line,) = [each for each in notices(late.text) if "taken by" in each]
        assert line.startswith(f"{ticket} was taken by robin")
        by_script = other.post(f"/agent/tickets/{ticket}/take", {}, script=True)
        assert (by_script.status_code, by_script.json()["error"]) == (409, line)

    def test_what_cannot_be_sent_is_not_lost(self, agent: Agent, clerk: Clerk, ticket: str) -> None:
        clerk.tickets.take(ticket, "wren")
        refused = agent.post(f"/agent/tickets/{ticket}/answer", {"text": "We will send it today."})
        assert refused.status_code == 409
        assert re.search(r"<textarea id=\"answer\"[^>]*>\s*We will send it today\.</textarea>", refused.text)
        for act in ("release", "close"):
            assert agent.post(f"/agent/tickets/{ticket}/{act}", {}).status_code == 409
        admin = Agent(clerk, "quinn", "admin")
        assert admin.post(f"/agent/tickets/{ticket}/release", {}).status_code == 303
        assert clerk.tickets.get(ticket).taken_by is None

    def test_a_note_without_words(self, agent: Agent, ticket: str) -> None:
        refused = agent.post(f"/agent/tickets/{ticket}/note", {"text": "  "})
        assert "The note is empty: write something." in notices(refused.text)

    def test_a_reply_of_the_desk_becomes_the_answer(self, agent: Agent, clerk: Clerk, ticket: str) -> None:
        agent.post(f"/agent/tickets/{ticket}/take", {})
        page = agent.product("pack-65", ticket=ticket, choose="pack-45")
        assert f"/agent/tickets/{ticket}/draft" in page
        form = dict(TestAReply.FORM) | {
            "suggested": "Dear customer,",
            "sent": "Hello,\nthe Ramble is in stock.",
            "ticket": ticket,
        }
        drafted = agent.post(f"/agent/tickets/{ticket}/draft", form)
        assert re.search(r"<textarea id=\"answer\"[^>]*>\s*Hello,\s+the Ramble is in stock\.</textarea>", drafted.text)
        assert len(clerk.sent_replies.all()) == 1
        assert clerk.sessions.answers_of_people(clerk.tickets.get(ticket).session) == []  # not sent yet
        assert agent.post("/agent/sent", form, script=True).status_code == 200
        elsewhere = form | {"ticket": "H-9999"}
        assert agent.post("/agent/sent", elsewhere, script=True).status_code == 200
        clerk.sessions.forget(clerk.tickets.get(ticket).session)
        assert len(clerk.sent_replies.all()) == 1  # what was made for the ticket went with it

    @pytest.mark.parametrize("number", ["H-9999", "nonsense", "H-1001<script>"])
    def test_a_ticket_that_is_not_there(self, agent: Agent, number: str) -> None:
        page = agent.see(f"/agent/tickets/{number}", 404)
        assert "There is no ticket" in page
        assert "<script>" not in page
        assert "For ticket" not in agent.product("tent-2", ticket=number)

    def test_pages_of_many(self, agent: Agent, clerk: Clerk) -> None:
        numbers = [clerk.tickets.open(clerk.sessions.start(), "a complaint", "All of it.") for _ in range(30)]
        first, second = (agent.see(f"/agent/tickets?page={n}") for n in (1, 2))
        assert (
            re.findall(r"<strong>(H-\d+)</strong>", first) + re.findall(r"<strong>(H-\d+)</strong>", second) == numbers
        )
        assert "Page 2 of 2" in second
        assert "There is no such page." in agent.see("/agent/tickets?page=9")

    def test_as_json(self, agent: Agent, clerk: Clerk, ticket: str) -> None:
        found = agent.client.get("/agent/tickets.json").json()
        assert found["count"] == 1
        assert found["tickets"][0]["number"] == ticket
        assert clerk.tickets.get(ticket).session not in json.dumps(found)
        assert agent.client.get("/agent/tickets.json?state=lost").json()["error"].startswith("state: ")


class TestJson:
    def test_it_is_what_the_command_prints(self, agent: Agent, clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
        @contextmanager
        def opened(*_: object, **__: object) -> Iterator[Clerk]:
            yield clerk

        monkeypatch.setattr(cli_alternatives, "opened_clerk", opened)
        line = ["pack-65", "--keep", "use", "-k", "1", "--in-stock", "--json"]
        printed = CliRunner().invoke(cli_alternatives.alternatives, line)
        got = agent.client.get("/agent/alternatives.json?product=pack-65&keep=use&k=1&in_stock=1")
        assert got.json() == json.loads(printed.stdout)

    def test_a_pin_that_its_listing_knows_nothing_of(self, agent: Agent) -> None:
        got = agent.client.get("/agent/alternatives.json?product=tent-2&keep=capacity&keep=duplex")
        assert got.status_code == 422
        assert "no 'duplex' to keep" in got.json()["error"]

    @pytest.mark.parametrize(("product", "line"), [("tent-99", "tent-99"), ("Brindle Tansy", "tent-4")])
    def test_no_one_product(self, agent: Agent, product: str, line: str) -> None:
        got = agent.client.get("/agent/alternatives.json", params={"product": product})
        assert got.status_code == 404
        assert line in got.json()["error"]


class TestAddresses:
    def test_there_and_back(self) -> None:
        asked = Asked(product="a b&c", keep=["x", "y"], cheaper=True, k=3, choose=["p1", "p2"], reason="none")
        query = {
            k: v if k in ("keep", "choose") else v[0] for k, v in parse_qs(urlsplit(asked.address()).query).items()
        }
        assert Asked.model_validate(query) == asked
        assert Asked().address() == "/agent"
        assert "choose" not in asked.address(choose=[])

    def test_what_was_looked_up_lately_does_not_grow(self) -> None:
        lately = Lately()
        for number in range(300):
            for product in range(12):
                lately.add(Signed("robin", "agent", f"token{number}"), f"p{product}")
        assert lately.of(Signed("robin", "agent", "token0")) == []
        assert lately.of(Signed("robin", "agent", "token299")) == [f"p{n}" for n in range(11, 3, -1)]
