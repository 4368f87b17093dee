"""S-30 and its neighbours: no GET, HEAD or OPTIONS changes anything; headers; no cookies; one answer for all."""

import pytest

from mailflow.audience import suppression
from mailflow.audience.models import ConfirmationRequest
from mailflow.audience.words import SuppressionReason
from tests.public.public_door import Door


def _paths(door: Door) -> list[str]:
    """Every route of the public door, each token one that really opens it."""
    door.joined("carla@example.net")
    door.post(door.leave_path("carla@example.net"), {"do": "leave"})
    used = door.joined("ana@example.net")
    door.signs_up("elena@example.net")
    tokens = {
        "confirm.show": [door.confirm_token(), used],
        "confirm.welcome": [door.confirm_token(), used],
        "confirm.renewed": [door.confirm_token(), used],
        "preferences": [door.preferences_path().rsplit("/", 1)[1]],
        "unsubscribe": [door.leave_path().rsplit("/", 1)[1], door.leave_path("carla@example.net").rsplit("/", 1)[1]],
    }
    paths = []
    for rule in door.app.url_map.iter_rules():
        if rule.endpoint != "static":
            fitting = tokens.get(rule.endpoint) or tokens.get(rule.endpoint.split(".")[0]) or [""]
            paths += [rule.rule.replace("<token>", token).replace("<slug>", "newsletter") for token in fitting]
    return paths


def test_s_30_looking_at_any_public_page_leaves_every_table_as_it_was(door: Door) -> None:
    paths = _paths(door)
    before = door.digest()
    for path in paths:
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = door.browser.open(f"{path}?do=leave&List-Unsubscribe=One-Click&lists=taller&email=x@example.net", method=method)
            assert answer.status_code < 500, (method, path)
    assert len(paths) >= 16
    assert door.digest() == before


def test_the_crawl_would_notice_a_change(door: Door) -> None:
    door.joined()
    before = door.digest()
    door.post(door.leave_path(), {"do": "leave"})
    assert door.digest() != before


def test_s_57_pages_of_one_person_are_neither_kept_nor_framed_nor_told_on(door: Door) -> None:
    confirm = door.joined()
    for path in (f"/confirm/{confirm}", door.preferences_path(), door.leave_path(), "/confirm/unknown"):
        answer = door.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert '<meta name="robots" content="noindex">' in answer.text
        assert "ana@example.net" not in answer.text
    open_page = door.get("/subscribe/newsletter")
    assert "X-Robots-Tag" not in open_page.headers
    assert "noindex" not in open_page.text


def test_no_page_sets_a_cookie_or_loads_from_elsewhere(door: Door) -> None:
    for path in _paths(door):
        answer = door.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "<script" not in answer.text
        assert "style=" not in answer.text
        assert 'src="http' not in answer.text


def test_every_view_says_that_it_is_public(door: Door) -> None:
    views = {rule.endpoint: door.app.view_functions[rule.endpoint] for rule in door.app.url_map.iter_rules() if rule.endpoint != "static"}
    assert [name for name, view in views.items() if getattr(view, "mailflow_access", None) != "public"] == []


@pytest.mark.parametrize("path", ["/subscribe/newsletter", "/preferences"])
def test_s_34_known_unknown_and_suppressed_addresses_get_the_same_answer(door: Door, path: str) -> None:
    door.joined("ana@example.net")
    door.signs_up("elena@example.net")
    with door.database.begin() as session:
        suppression.suppress(session, "dario@example.net", SuppressionReason.HARD_BOUNCE, ring=door.ring, now=door.clock.now)
    answers = set()
    for email in ("ana@example.net", "elena@example.net", "dario@example.net", "nobody@example.net", "ana@example.net"):
        answer = door.fills_in(path, email=email, lists="newsletter", consent="yes")
        page = door.get(answer.location)
        answers.add((answer.status_code, answer.data, tuple(sorted(answer.headers.items())), page.status_code, page.data))
    assert len(answers) == 1


def test_s_47_a_flood_from_one_network_gets_the_same_answer_and_no_more_mails(door: Door) -> None:
    answers = {door.signs_up(f"p{number}@example.net", seconds=1).status_code for number in range(30)}
    assert answers == {303}
    assert len(door.rows(ConfirmationRequest)) == 20


def test_the_front_door_leads_to_the_only_form(door: Door) -> None:
    answer = door.get("/", follow_redirects=True, headers={"Accept-Language": "es"})
    assert answer.request.path == "/subscribe/newsletter"
    assert "Suscribirme" in answer.text


def test_without_a_choice_the_browser_and_then_the_shop_decide_the_language(door: Door) -> None:
    for accepts, words in (("es-MX,es;q=0.9", "Suscribirme"), ("en-GB", "Subscribe"), ("de", "Suscribirme"), ("", "Suscribirme")):
        assert words in door.get("/subscribe/newsletter", headers={"Accept-Language": accepts}).text, accepts


def test_a_persons_page_speaks_her_language_unless_the_address_says_otherwise(door: Door) -> None:
    door.joined(lang="en")
    path = door.preferences_path()
    assert "Your preferences" in door.get(path, headers={"Accept-Language": "es"}).text
    spanish = door.get(f"{path}?lang=es").text
    assert "Tus preferencias" in spanish
    assert f'action="{path}?lang=es"' in spanish
