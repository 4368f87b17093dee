"""Bruno builds segments: rows come and go without a script, nothing is kept before he saves, and faults are told in place."""

import csv
import io
import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from mailflow.activity.models import Activity
from mailflow.audience.first_start import first_start
from mailflow.audience.models import List, Subscriber, Subscription
from mailflow.audience.profile import set_values
from mailflow.audience.suppression import suppress
from mailflow.audience.words import SuppressionReason
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.reach import reach
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.segments import keeping_up
from mailflow.segments.models import Segment
from mailflow.segments.ready import READY, ensure_ready
from mailflow.segments.rules import field_facts, parse
from mailflow.segments.words import Saved, TreeError
from mailflow.studio.pages.segments.nodes import Branch, Row, read_form
from mailflow.studio.pages.segments.rows import as_json, as_node
from tests.segments.segment_town import fields as town_fields
from tests.segments.segment_trees import trees
from tests.studio.conftest import Visitor


@pytest.fixture
def people(database: Database, now: datetime) -> None:
    """Ana, who clicks and speaks Spanish, and Carla, who does neither."""
    with database.begin() as session:
        first_start(session, now=now)
        ensure_ready(session, now=now)
        for number, (name, language) in enumerate([("ana", "es"), ("carla", "en")]):
            at = now - timedelta(days=200 + number)
            email = f"{name}@example.net"
            person = Subscriber(email=email, email_key=email, language=language, source="demo", created_at=at, confirmed_at=at)
            session.add(person)
            session.flush()
            session.add(Subscription(subscriber_id=person.id, list_id=1, state="confirmed", asked_at=at, confirmed_at=at))
            set_values(session, person.id, {"first_name": name.title()})
        session.add(Activity(at=now - timedelta(days=3), kind="clicked", subscriber_id=1, mailing_id=1))
        keeping_up.catch_up(session)


def form(*lines: str, **more: str) -> dict[str, str | list[str]]:
    """A form as a browser sends it: each line "t.0=clicked 1 90" is a row about clicks, say."""
    data: dict[str, str | list[str]] = {"t.how": "all", "node": [], **more}
    for line in lines:
        path, _, said = line.partition("=")
        what, op, *boxes = said.split()
        data["node"].append(f"{path}:row")  # type: ignore[union-attr]
        data |= {f"{path}.what": what, f"{path}.op": op}
        data |= {f"{path}.in.{name}": value for name, value in (box.split("~") for box in boxes)}
    return data


SPANISH = "t.0=language is value~es"
CLICKED = "t.1=did:clicked at-least times~1 days~90"


@pytest.mark.usefixtures("people")
def test_a_segment_is_built_and_kept(bruno: Visitor, database: Database) -> None:
    answer = bruno.post("/segments/", form(SPANISH, CLICKED, name="Clican en español", do="save"))  # type: ignore[arg-type]
    assert answer.status_code == 303
    page = bruno.get(answer.location).text
    assert "Chose Spanish and clicked in a mail in 90 days." in page
    with database.read() as session:
        saved = session.scalars(select(Segment).where(Segment.slug.is_(None))).one()
    assert saved.tree == {"all": [{"language": "es"}, {"did": "clicked", "at_least": 1, "within_days": 90}]}


@pytest.mark.usefixtures("people")
def test_the_builder_says_when_the_newest_is_not_counted_in_yet(bruno: Visitor, database: Database, now: datetime) -> None:
    late = "What people did in the last moments is still being added."
    assert late not in bruno.get("/segments/new").text
    with database.begin() as session:
        session.add(Activity(at=now, kind="clicked", subscriber_id=1, mailing_id=1))
    assert late in bruno.get("/segments/new").text


@pytest.mark.usefixtures("people")
def test_rows_and_groups_come_and_go_without_keeping_anything(bruno: Visitor, database: Database) -> None:
    added = bruno.post("/segments/preview", form(SPANISH, do="add:t")).text  # type: ignore[arg-type]
    assert re.findall(r'name="node" value="([^"]+)"', added) == ["t.0:row", "t.1:row"]
    assert re.search(r'id="t\.1" [^>]*autofocus', added)
    grouped = bruno.post("/segments/preview", form(SPANISH, do="group:t")).text  # type: ignore[arg-type]
    assert re.findall(r'name="node" value="([^"]+)"', grouped) == ["t.0:row", "t.1:group", "t.1.0:row"]
    removed = bruno.post("/segments/preview", form(SPANISH, CLICKED, do="remove:t.1")).text  # type: ignore[arg-type]
    assert re.findall(r'name="node" value="([^"]+)"', removed) == ["t.0:row"]
    assert re.search(r'id="t\.0" [^>]*autofocus', removed)
    with database.read() as session:
        assert session.scalars(select(Segment).where(Segment.slug.is_(None))).all() == []


@pytest.mark.usefixtures("people")
def test_only_the_two_save_buttons_keep_anything(bruno: Visitor, database: Database) -> None:
    for wish in ("refresh", "explain", "add:t", ""):
        assert bruno.post("/segments/", form(SPANISH, name="Uno", do=wish)).status_code == 200  # type: ignore[arg-type]
    with database.read() as session:
        assert session.scalars(select(Segment).where(Segment.slug.is_(None))).all() == []


@pytest.mark.usefixtures("people")
def test_each_row_and_the_whole_are_counted(bruno: Visitor) -> None:
    page = bruno.post("/segments/preview", form(SPANISH, "t.1=did:clicked never days~90")).text  # type: ignore[arg-type]
    assert re.findall(r'id="t\.\d\.n"[^>]*>([^<]+)<', page) == ["1", "1"]
    assert "0 people right now" in page


@pytest.mark.usefixtures("people")
def test_an_unfinished_row_says_so_and_the_rest_is_counted(bruno: Visitor) -> None:
    page = bruno.post("/segments/preview", form(SPANISH, "t.1=field:first_name is value~")).text  # type: ignore[arg-type]
    assert "Write a text of up to 200 letters" in page
    assert re.findall(r'id="t\.\d\.n"[^>]*>([^<]+)<', page) == ["1", "–"]
    assert "1 people right now" in page


@pytest.mark.usefixtures("people")
def test_when_nothing_is_finished_nothing_is_counted(bruno: Visitor) -> None:
    unfinished = "field:first_name is value~"
    data = form(f"t.1.0={unfinished}")
    data["node"] = ["t.0:row", "t.1:group", "t.1.0:row"]
    data |= {"t.0.what": "field:first_name", "t.0.op": "is", "t.0.in.value": "", "t.1.how": "any"}
    page = bruno.post("/segments/preview", data).text
    assert '<div class="mf-num mf-num-l">–</div>' in page
    assert "people right now" not in page
    rest = bruno.post("/segments/preview", {**data, "t.0.what": "language", "t.0.op": "is", "t.0.in.value": "es"}).text
    assert "1 people right now" in rest
    assert re.findall(r'id="t[.\d]*\.n"[^>]*>([^<]+)<', rest) == ["1", "–", "–"]


@pytest.mark.usefixtures("people")
def test_who_can_be_written_to_leaves_out_the_blocked_and_the_silent(bruno: Visitor, database: Database, ring: Ring, now: datetime) -> None:
    everybody = form(name="Todos", do="save")

    def reachable(address: str) -> str:
        found = re.search(r"Of them, (\d+) are confirmed in a list and can be written to", bruno.get(address).text)
        assert found
        return found[1]

    address = bruno.post("/segments/", everybody).location
    assert reachable(address) == "2"
    with database.begin() as session:
        suppress(session, "ANA@example.net", SuppressionReason.HARD_BOUNCE, ring=ring, now=now)
    assert reachable(address) == "1"
    assert ">Todos</a>" in (listed := bruno.get("/segments/").text)
    assert re.findall(r'data-l="Can be written to"[^>]*>([^<]*)<', listed.split(">Todos</a>")[1])[0] == "1"
    with database.begin() as session:
        session.get_one(Subscriber, 2).silent_since = now
        session.add(Subscriber(email="luis@example.net", email_key="luis@example.net", source="demo", created_at=now))
        session.flush()
        session.add(Subscription(subscriber_id=3, list_id=1, state="confirmed", asked_at=now, confirmed_at=now))
        counted = reach(session, 1, None, now=now, ring=ring).will_get
    assert reachable(address) == str(counted) == "1"
    with database.begin() as session:
        suppress(session, "luis@example.net", SuppressionReason.COMPLAINT, ring=ring, now=now)
    assert reachable(address) == "0"


@pytest.mark.usefixtures("people")
def test_two_segments_do_not_share_a_name(bruno: Visitor, database: Database) -> None:
    first = bruno.post("/segments/", form(SPANISH, name="Uno", do="save")).location
    for name in ("Uno", " uno ", "Asleep", "dormidos"):
        answer = bruno.post("/segments/", form(SPANISH, name=name, do="save"))
        assert answer.status_code == 422
        assert "Another segment has this name" in answer.text
    assert bruno.post(first, form(CLICKED, name="UNO", do="save")).status_code == 303
    with database.read() as session:
        assert [one.name["es"] for one in session.scalars(select(Segment).where(Segment.slug.is_(None)))] == ["UNO"]


@pytest.mark.usefixtures("people")
def test_a_copy_is_named_so_that_it_can_be_told_apart(bruno: Visitor, database: Database) -> None:
    first = bruno.post("/segments/", form(SPANISH, name="Uno", do="save")).location
    assert bruno.post(first, form(SPANISH, name="Uno", do="copy")).status_code == 303
    assert bruno.post(f"{first}/copy").status_code == 303
    with database.read() as session:
        kept = [one.name["es"] for one in session.scalars(select(Segment).where(Segment.slug.is_(None)).order_by(Segment.id))]
    assert kept == ["Uno", "Copy of Uno", "Copy of Uno 2"]


@pytest.mark.usefixtures("people")
def test_a_ready_segment_is_shown_as_one_that_cannot_be_changed(bruno: Visitor) -> None:
    page = bruno.get("/segments/1").text
    assert '<fieldset class="mf-as-it-is" disabled>' in page
    assert "Make a copy to change" in page
    assert 'value="save"' not in page
    assert "Is in the segment" in bruno.get("/segments/4?who=ana@example.net").text
    mine = bruno.post("/segments/1/copy", follow_redirects=True).text
    assert "Copy of Top engagers" in mine
    assert "mf-as-it-is" not in mine


@pytest.mark.usefixtures("people")
def test_a_faulty_segment_is_not_kept_and_nothing_typed_is_lost(bruno: Visitor) -> None:
    answer = bruno.post("/segments/", form("t.0=spent at-least amount~lots days~30", name="Ricos", do="save"))  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert 'value="lots"' in answer.text
    assert 'value="Ricos"' in answer.text
    assert "Write an amount such as 1200.50" in answer.text


@pytest.mark.usefixtures("people")
def test_a_row_about_something_else_forgets_what_was_typed(bruno: Visitor) -> None:
    data = form("t.0=spent at-least amount~70") | {"t.0.was": "did:clicked"}
    page = bruno.post("/segments/preview", data).text  # type: ignore[arg-type]
    assert 'name="t.0.in.amount" type="text" inputmode="decimal" maxlength="15" autocomplete="off" aria-label="Amount" value="50"' in page


@pytest.mark.usefixtures("people")
def test_one_person_is_explained_by_address(bruno: Visitor) -> None:
    page = bruno.post("/segments/preview", form(SPANISH, CLICKED, do="explain", who=" CARLA@example.net ")).text  # type: ignore[arg-type]
    assert "Is not in the segment" in page
    assert "Not true of this person, and it is needed." in page
    assert "See Carla's page" in page
    nobody = bruno.post("/segments/preview", form(SPANISH, do="explain", who="nobody@example.net")).text  # type: ignore[arg-type]
    assert "Nobody here has this address" in nobody


@pytest.mark.usefixtures("people")
def test_a_ready_segment_is_copied_not_changed(bruno: Visitor, database: Database) -> None:
    assert bruno.post("/segments/1", form(SPANISH, name="Otro", do="save")).status_code == 422  # type: ignore[arg-type]
    answer = bruno.post("/segments/1", form(SPANISH, name="Otro", do="copy"))  # type: ignore[arg-type]
    assert answer.status_code == 303
    with database.read() as session:
        assert len(session.scalars(select(Segment)).all()) == len(READY) + 1


@pytest.mark.usefixtures("people")
def test_a_segment_a_campaign_uses_is_not_deleted(bruno: Visitor, database: Database, now: datetime) -> None:
    saved = bruno.post("/segments/", form(SPANISH, name="Uno", do="save")).location  # type: ignore[arg-type]
    number = int(saved.rpartition("/")[2])
    with database.begin() as session:
        session.add(Campaign(name="Otoño", segment_id=number, created_at=now))
    bruno.post(f"{saved}/delete")
    assert "1 campaign uses it, so it stays." in bruno.get(saved).text
    with database.begin() as session:
        session.delete(session.scalars(select(Campaign)).one())
    assert bruno.post(f"{saved}/delete").location == "/segments/"
    assert bruno.get(saved).status_code == 404


@pytest.mark.usefixtures("people")
def test_the_list_shows_each_segment_with_its_count(bruno: Visitor) -> None:
    page = bruno.get("/segments/").text
    assert "Never bought" in page
    assert "Ordered nothing" in page


@pytest.mark.usefixtures("people")
def test_a_segment_that_can_no_longer_be_read_says_so(bruno: Visitor, database: Database, now: datetime) -> None:
    with database.begin() as session:
        broken = {"all": [{"field": "gone", "is": "is", "value": "x"}]}
        session.add(Segment(slug=None, name={"es": "Roto"}, tree=broken, created_at=now, changed_at=now))
        session.add(Segment(slug=None, name={"es": "Raro"}, tree={"what": 3}, created_at=now, changed_at=now))
        session.flush()
        numbers = list(session.scalars(select(Segment.id).where(Segment.slug.is_(None))))
    assert "Needs mending" in bruno.get("/segments/").text
    for number in numbers:
        assert bruno.get(f"/segments/{number}").status_code == 200
        assert bruno.post("/export/", {"what": f"segment:{number}", "columns": "email"}).status_code == 422
        assert "needs mending" in bruno.get(f"/subscribers/?segment={number}").text


@pytest.mark.usefixtures("people")
def test_s_44_no_cell_of_the_download_is_a_formula(bruno: Visitor, database: Database) -> None:
    with database.begin() as session:
        set_values(session, 1, {"first_name": "=HYPERLINK(1)"})
    never_bought = next(number for number, slug in enumerate(READY, start=1) if slug == "never-bought")
    answer = bruno.post("/export/", {"what": f"segment:{never_bought}", "columns": ["email", "first_name"], "form": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row["first_name"] for row in rows] == ["'=HYPERLINK(1)", "Carla"]
    assert 'filename="The segment _Never bought_ 2026-11-21.csv"' in answer.headers["Content-Disposition"]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("data", "tree"),
    [
        ({"node": "t.0:row", "t.0.what": "field:email' OR 1=1", "t.0.op": "is", "t.0.in.value": "x"}, None),
        ({"node": "t.0:row", "t.0.what": "<script>", "t.0.op": "\u202e<b>"}, None),
        ({"node": ["x:row", "t.9.9.9:row", "t:row", "t.0:group", "t.0:group", ":", "t..:row"]}, {"all": [{"all": []}]}),
        ({"t.how": "sometimes", "do": "remove:t.7.x", "who": "\x00"}, {"all": []}),
        ({"do": "remove:t"}, {"all": []}),
        ({"do": "remove:t.²"}, {"all": []}),
        ({"do": "remove:t." + "9" * 5000}, {"all": []}),
        ({"node": ["t.0:row"] * 900}, None),
        ({"node": "t.0:row", "t.0.what": "top", "t.0.in.share": "nan", "t.0.in.days": "9" * 5000}, None),
        ({"node": "t.0:row", "t.0.what": "spent", "t.0.in.amount": "inf"}, None),
    ],
)
def test_s_19_a_hostile_form_is_a_page_in_words(
    bruno: Visitor, database: Database, data: dict[str, str], tree: dict[str, object] | None
) -> None:
    assert bruno.post("/segments/preview", data).status_code == 200
    answer = bruno.post("/segments/", {**data, "name": "x", "do": "save"})
    with database.read() as session:
        kept = session.scalars(select(Segment).where(Segment.slug.is_(None))).all()
    if tree is None:
        assert (answer.status_code, kept) == (422, [])
        assert "Some conditions are not finished: each says below what it needs." in answer.text
    else:
        assert (answer.status_code, [one.tree for one in kept]) == (303, [tree])


@pytest.mark.usefixtures("people")
def test_s_21_a_tree_too_deep_for_the_rules_is_refused(bruno: Visitor) -> None:
    data: dict[str, object] = {"node": [], "name": "Hondo", "do": "save"}
    path = "t"
    for _ in range(8):
        path += ".0"
        data["node"].append(f"{path}:group")  # type: ignore[attr-defined]
    answer = bruno.post("/segments/", data)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert "8 levels fit" in answer.text


FIELDS = {field.key: field_facts(field) for field in town_fields()}


def as_form(branch: Branch) -> MultiDict[str, str]:
    """What the page would send for this tree."""
    from mailflow.studio.pages.segments.nodes import walk

    data: MultiDict[str, str] = MultiDict([("t.how", branch.how)])
    for path, node in walk(branch):
        if isinstance(node, Branch):
            data.add("node", f"{path}:group")
            data.add(f"{path}.how", node.how)
            continue
        data.add("node", f"{path}:row")
        data.add(f"{path}.what", node.what)
        data.add(f"{path}.op", node.op)
        for box, values in node.boxes.items():
            for value in values:
                data.add(f"{path}.in.{box}", value)
    return data


HAND = {2: Saved(2, {"es": "A mano"}, {"all": [{"fixed": 2}]}), 1: Saved(1, {"es": "Dos"}, {"all": [{"fixed": 2}]})}


@settings(deadline=None, max_examples=150)
@given(raw=trees)
def test_every_tree_goes_through_the_form_unchanged(raw: dict[str, object]) -> None:
    node = as_node(raw, FIELDS)
    assert isinstance(node, Branch)
    back = as_json(read_form(as_form(node)), FIELDS)
    assert parse(back, fields=FIELDS.values(), segments=HAND) == parse(raw, fields=FIELDS.values(), segments=HAND)


@pytest.mark.usefixtures("people")
def test_the_lists_of_the_builder_are_those_that_are_there(bruno: Visitor, database: Database) -> None:
    with database.read() as session:
        name = session.scalars(select(List)).one().name["en"]
    assert f">{name}</option>" in bruno.get("/segments/new").text


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    "name",
    [
        'a"; filename=evil.exe; x="',
        "x\r\nSet-Cookie: a=b\r\n\r\n<script>",
        "../../etc/passwd\x00",
        "Otoño ✉ %41 'tú'",
        "\u202egnp.exe",
        '"',
    ],
)
def test_s_17_a_segments_name_is_one_file_name_and_nothing_else(bruno: Visitor, database: Database, name: str) -> None:
    with database.begin() as session:
        segment = session.scalars(select(Segment).where(Segment.slug == "never-bought")).one()
        segment.name = {"es": name, "en": name}
    answer = bruno.post("/export/", {"what": f"segment:{segment.id}", "columns": "email"})
    assert (answer.status_code, answer.text[1:6]) == (200, "email")
    assert not any(cookie.startswith("a=") for cookie in answer.headers.getlist("Set-Cookie"))
    told = EmailMessage()  # the standard library reads it as RFC 2231 says
    told["Content-Disposition"] = answer.headers["Content-Disposition"]
    assert told.get_content_disposition() == "attachment"
    assert set(told["Content-Disposition"].params) == {"filename"}
    assert re.fullmatch(r"[^\x00-\x1f/\\:\"\u202e]+\.csv", told.get_filename() or "")
    assert answer.headers["Content-Disposition"].isascii()


def test_s_17_every_file_to_keep_is_named_by_the_one_function() -> None:
    root = Path(__file__).resolve().parents[2]
    sources = [path for folder in ("mailflow", "preference_center") for path in (root / folder).rglob("*.py")]
    lines = [line for path in sources for line in path.read_text("utf-8").splitlines() if '"Content-Disposition":' in line]
    assert len(lines) >= 2
    assert all('"Content-Disposition": disposition(' in line for line in lines)


@pytest.mark.usefixtures("people")
def test_people_are_kept_as_they_are_and_changed_by_address(bruno: Visitor, database: Database) -> None:
    with database.read() as session:
        bought = session.scalars(select(Segment.id).where(Segment.slug == "never-bought")).one()
    kept = bruno.post(f"/segments/{bought}/snapshot", {}).location
    page = bruno.get(kept).text
    assert "2 people right now" in page
    assert "They stay whoever they are" in page
    bruno.post(f"{kept}/people/1/remove", {})
    page = bruno.get(kept).text
    assert "1 people right now" in page
    answer = bruno.post(f"{kept}/people", {"addresses": "Ana@example.net; nobody@example.net"})
    page = bruno.get(answer.location).text
    assert "1 added; 1 addresses are not known here." in page
    assert "2 people right now" in page


@pytest.mark.usefixtures("people")
def test_an_explanation_shows_what_somebody_has(bruno: Visitor) -> None:
    data = form("t.0=last:opened at-least times~3 last~10", "t.1=lifecycle in value~lead", who="ana@example.net", do="explain")
    page = bruno.post("/segments/preview", data).text  # type: ignore[arg-type]
    assert "What they have: 0 of the last 0, 3 wanted." in page
    assert "What they have: a lead." in page


@pytest.mark.parametrize(
    ("typed", "cents"), [("1.200", 120000), ("1.200,50", 120050), ("1,200.5", 120050), ("50", 5000), ("1.2.3", "1.2.3")]
)
def test_amounts_are_read_as_imports_read_them(typed: str, cents: object) -> None:
    row = Row("spent", "at-least", {"amount": [typed], "days": [""]})
    assert as_json(row, {}) == {"spent": {"at_least": cents}}
    if isinstance(cents, str):
        with pytest.raises(TreeError, match=r"Write an amount such as 1200\.50"):
            parse({"all": [as_json(row, {})]}, fields={}, lists={}, segments={})
