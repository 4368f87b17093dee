"""RFC 8058: what a mail program posts when its own unsubscribe button is pressed."""

import pytest

from mailflow.activity.models import Activity
from mailflow.audience.models import ConsentLine
from tests.public.public_door import Door

BODY = {"List-Unsubscribe": "One-Click"}


@pytest.mark.parametrize("encoding", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_leaves_at_once_without_redirect_or_cookie(door: Door, encoding: str) -> None:
    door.joined(lists=["newsletter", "taller"])
    answer = door.post(door.leave_path(), BODY, content_type=encoding)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert "Set-Cookie" not in answer.headers
    assert door.states() == {"newsletter": "left", "taller": "confirmed"}
    assert door.rows(Activity)[-1].detail == {"method": "one-click"}
    assert (door.rows(ConsentLine)[-1].granted, door.rows(ConsentLine)[-1].method) == (False, "one-click")


def test_one_click_twice_is_the_same_as_once(door: Door) -> None:
    door.joined()
    path = door.leave_path()
    door.post(path, BODY)
    before = door.digest()
    assert door.post(path, BODY).status_code == 200
    assert door.digest() == before


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "No"}, {"do": "something"}])
def test_a_post_that_says_nothing_changes_nothing(door: Door, body: dict[str, str]) -> None:
    door.joined()
    before = door.digest()
    assert door.post(door.leave_path(), body).status_code == 400
    assert door.digest() == before


def test_an_altered_link_leaves_nothing(door: Door) -> None:
    door.joined()
    before = door.digest()
    assert door.post("/unsubscribe/" + "A" * 36, BODY).status_code == 404
    assert door.digest() == before
