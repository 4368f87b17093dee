"""Bruno reads what his campaign brought, and by whom."""

from datetime import timedelta

import pytest

from mailflow.audience.first_start import first_start
from mailflow.campaigns.models import Campaign
from mailflow.foundation.accounts.models import User
from mailflow.foundation.database import Database
from mailflow.outbox.models import MailingTotal
from tests.mailed import SENT_AT, cell, mailing, message


@pytest.fixture
def campaign_id(database: Database, bruno) -> int:
    """A campaign to 400 women and 400 men, of whom the women clicked three times as often; three people did not get it."""
    with database.begin() as session:
        first_start(session, now=SENT_AT)
        made = mailing(session, "Aceite nuevo, mesa nueva")
        women, men = cell(session, sex="f", age="25-34"), cell(session, sex="m", age="unknown")
        liking = cell(session, interests=["vajilla", "recetas"])
        for number in range(800):
            clicked = SENT_AT + timedelta(hours=number % 40) if number < 120 or 400 <= number < 440 else None
            facts = {"cell_id": women if number < 400 else men, "set_cell_id": liking, "clicked_at": clicked, "opened_at": clicked}
            message(session, made.id, number + 1, flush=False, orders=int(number < 10), revenue=7900 * (number < 10), **facts)
        message(session, made.id, 901, state="skipped", reason="left")
        message(session, made.id, 902, state="skipped", reason="suppressed")
        message(session, made.id, 903, state="failed", reason="hard-address")
        session.add(MailingTotal(mailing_id=made.id, opens=31, clicks=4, machine_opens=17, machine_clicks=2))
        campaign = Campaign(name="Aceite <b>nuevo</b>", mailing_id=made.id, state="sent", created_at=SENT_AT, finished_at=SENT_AT)
        session.add(campaign)
        session.flush()
        return campaign.id


@pytest.fixture
def in_spanish(database: Database, bruno) -> None:
    with database.begin() as session:
        session.query(User).one().language = "es"


def test_the_report_says_what_it_brought_from_people_only(bruno, campaign_id: int) -> None:
    page = bruno.get(f"/reports/{campaign_id}").text
    assert "Aceite &lt;b&gt;nuevo&lt;/b&gt;" in page
    for figure in ("800", "191", "164", "€790"):
        assert f'<span class="mf-num">{figure}</span>' in page
    assert "opens 17 (Apple" in page
    assert "31 of the opens and 4 of the clicks above are theirs" in page


def test_a_refused_address_counts_against_delivery(bruno, campaign_id: int) -> None:
    page = bruno.get(f"/reports/{campaign_id}").text
    assert "99.9% of the 801 tried" in page
    assert "100.0% of the" not in page


def test_people_in_totals_only_are_said_to_be_there(bruno, database: Database, campaign_id: int) -> None:
    with database.begin() as session:
        hidden = cell(session, sex="f", tracking="aggregate")
        message(session, 1, 950, cell_id=hidden)
        message(session, 1, 951, cell_id=hidden)
    assert (
        "2 people agreed to totals only; 31 of the opens and 4 of the clicks above are theirs" in bruno.get(f"/reports/{campaign_id}").text
    )


def test_where_all_agreed_to_totals_only_nobody_is_said_to_be_missing(bruno, database: Database) -> None:
    with database.begin() as session:
        first_start(session, now=SENT_AT)
        made = mailing(session, "Solo totales")
        hidden = cell(session, sex="f", tracking="aggregate")
        for number in range(19):
            message(session, made.id, number + 1, cell_id=hidden)
        session.add(Campaign(name="Solo totales", mailing_id=made.id, state="sent", created_at=SENT_AT, finished_at=SENT_AT))
    page = bruno.get("/reports/1").text
    assert "19 people agreed to totals only" in page
    assert "Nobody can be told apart here" in page
    assert "Nothing has been delivered yet" not in page


@pytest.mark.parametrize(("clicks", "said"), [(9, False), (10, True)])
def test_a_handful_of_clicks_makes_no_share(bruno, database: Database, clicks: int, said: bool) -> None:
    with database.begin() as session:
        first_start(session, now=SENT_AT)
        made = mailing(session, "Pocos")
        for number in range(clicks):
            message(session, made.id, number + 1, clicked_at=SENT_AT + timedelta(minutes=number))
        session.add(Campaign(name="Pocos", mailing_id=made.id, state="sent", created_at=SENT_AT, finished_at=SENT_AT))
    assert ("Eight of ten clicks" in bruno.get("/reports/1").text) is said


def test_the_sentence_names_who_clicked_more_for_sure(bruno, campaign_id: int) -> None:
    page = bruno.get(f"/reports/{campaign_id}?by=sex").text
    assert "<b>Women clicked more than twice as often as the rest</b>: 30.0% against 10.0%." in page
    assert "+20.0 points" in page
    assert "−20.0 points" in page


def test_the_same_in_spanish(bruno, campaign_id: int, in_spanish) -> None:
    page = bruno.get(f"/reports/{campaign_id}?by=sex").text
    assert "<b>Las mujeres hicieron clic más del doble que el resto</b>: 30,0 % frente a 10,0 %." in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "Quién no la recibió, y por qué" in page


def test_groups_of_many_choices_say_that_people_count_twice(bruno, campaign_id: int) -> None:
    page = bruno.get(f"/reports/{campaign_id}?by=interests").text
    assert "Tableware" in page
    assert "A person counts in each of her groups" in page


@pytest.mark.parametrize("by", ["", "nothing", "<script>", "password_hash"])
def test_an_unknown_way_of_seeing_is_the_first_one(bruno, campaign_id: int, by: str) -> None:
    answer = bruno.get(f"/reports/{campaign_id}", query_string={"by": by})
    assert answer.status_code == 200
    assert 'aria-current="true">Sex</a>' in answer.text


def test_everybody_who_did_not_get_it_has_a_reason(bruno, campaign_id: int) -> None:
    page = bruno.get(f"/reports/{campaign_id}").text
    for words in ("Left the list", "The address does not exist any more", "Did not get it"):
        assert words in page


def test_the_list_leads_to_each_report_and_shows_a_group_over_the_year(bruno, campaign_id: int) -> None:
    page = bruno.get("/reports/?by=sex&value=f").text
    assert f'href="/reports/{campaign_id}"' in page
    assert "November 2026" in page
    assert "30.0%" in page


def test_before_the_first_campaign_the_page_says_what_to_do(bruno) -> None:
    assert "Nothing has been sent yet" in bruno.get("/reports/").text


@pytest.mark.parametrize("path", ["/reports/999", "/reports/999.csv", "/reports/0"])
def test_a_campaign_that_never_left_has_no_report(bruno, path: str) -> None:
    assert bruno.get(path).status_code == 404


@pytest.mark.parametrize("query", ["?page=-5", "?page=99999999999999999999", "?page=x", "?value=%00&by=%22"])
def test_strange_questions_get_an_ordinary_page(bruno, campaign_id: int, query: str) -> None:
    assert bruno.get(f"/reports/{query}").status_code == 200


def test_the_download_has_every_group_and_no_formula(bruno, database: Database, campaign_id: int) -> None:
    with database.begin() as session:
        session.get_one(Campaign, campaign_id).name = '=HYPERLINK("http://evil.example.com")'
    answer = bruno.get(f"/reports/{campaign_id}.csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="_HYPERLINK(-http---evil.example.com-).csv"; filename*=')
    lines = answer.get_data(as_text=True).splitlines()
    assert lines[0].startswith("\ufeffby,value,rows,sent,")
    assert any(line.startswith("Sex,Woman,400,400,0,0,400,120,120,10,10,790.0,") for line in lines)
    assert not any(cell.strip('"').startswith(("=", "+", "-", "@")) for line in lines for cell in line.split(","))


def test_only_staff_read_reports(new_visitor, campaign_id: int) -> None:
    for path in ("/reports/", f"/reports/{campaign_id}", f"/reports/{campaign_id}.csv"):
        assert new_visitor().get(path).status_code == 302
