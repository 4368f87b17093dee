"""Numbers that no row has, in every address and every question of the studio."""

import re
from datetime import datetime

import pytest
from flask import Flask

from mailflow.audience.models import Subscriber
from mailflow.foundation.database import Database
from tests.studio.conftest import Visitor

HUGE = [2**31, 2**63, 10**30]


@pytest.mark.parametrize("number", HUGE)
def test_s_37_a_huge_number_in_an_address_leads_nowhere(studio: Flask, bruno: Visitor, number: int) -> None:
    rules = [rule for rule in studio.url_map.iter_rules() if "<int:" in rule.rule and "GET" in (rule.methods or ())]
    assert rules
    for rule in rules:
        path = re.sub(r"<[^>]+>", "x", re.sub(r"<int:[^>]+>", str(number), rule.rule))
        assert bruno.get(path).status_code in {404, 405}, rule.rule  # 405: a form of another rule has that shape


@pytest.mark.parametrize("number", HUGE)
def test_s_37_a_huge_number_in_a_question_counts_as_none(bruno: Visitor, number: int) -> None:
    for path in ("/subscribers/?list={}", "/subscribers/?segment={}", "/subscribers/?page={}", "/campaigns/?page=-{}", "/reports/?page={}"):
        assert bruno.get(path.format(number)).status_code == 200, path


@pytest.mark.parametrize("number", HUGE)
def test_s_37_a_huge_number_of_a_person_is_nobodys(bruno: Visitor, database: Database, now: datetime, number: int) -> None:
    with database.begin() as session:
        session.add(Subscriber(id=1, email="ana@example.net", email_key="ana@example.net", source="api", created_at=now))
    assert bruno.get(f"/subscribers/1?before={number}").status_code == 200
    assert bruno.get(f"/subscribers/1/merge?other={number}").status_code in {200, 404}
    assert bruno.post("/subscribers/1/merge", {"gone": str(number)}).status_code == 404
