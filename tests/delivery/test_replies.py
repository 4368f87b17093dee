"""Replies as real servers word them, and what each means; nobody is given up for a reason that is not the address's own."""

import time
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from mailflow.delivery.replies import classify, retry_after, split_enhanced, without_addresses
from mailflow.delivery.transports.words import Verdict

SEEN: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "replies.toml").read_text("utf-8"))
CASES = [(reason, line) for reason, lines in SEEN.items() for line in lines]
PASSING = {"mailbox-temporary", "throttle", "network", "sender-fault"}


def judge(line: str, tries: int = 1) -> tuple[Verdict, str]:
    enhanced, text = split_enhanced(line[4:])
    reply = classify(int(line[:3]), enhanced, text, tries=tries)
    return reply.verdict, reply.reason


def test_ninety_eight_of_a_hundred_replies_have_their_reason() -> None:
    wrong = [(reason, judge(line)[1], line) for reason, line in CASES if judge(line)[1] != reason]
    assert len(CASES) >= 300
    assert len(wrong) <= len(CASES) * 0.02, wrong


def test_a_message_is_given_up_only_where_waiting_cannot_help() -> None:
    for reason, line in CASES:
        verdict, judged = judge(line)
        if judged == reason:
            waits = reason in PASSING or line.startswith("4")
            assert (line, verdict) == (line, Verdict.DEFERRED if waits else Verdict.FAILED)


def test_nothing_but_the_address_itself_costs_an_address() -> None:
    assert [line for reason, line in CASES if reason != "hard-address" and judge(line)[1] == "hard-address"] == []
    late = [line for line in SEEN["policy"] + SEEN["throttle"] if judge(line, tries=9)[1] == "hard-address"]
    assert late == []


@pytest.mark.parametrize("text", ["User unknown", "5.1.1 no such user", "Recipient address rejected: does not exist"])
@pytest.mark.parametrize("code", [421, 450, 451, 452])
def test_a_temporary_code_never_costs_an_address(code: int, text: str) -> None:
    verdict, reason = judge(f"{code} {text}")
    assert verdict is Verdict.DEFERRED
    assert reason != "hard-address"


def test_an_unroutable_domain_is_believed_the_second_time() -> None:
    line = "550 5.4.4 Unable to route: nothing found for this host"
    assert judge(line) == (Verdict.DEFERRED, "network")
    assert judge(line, tries=2) == (Verdict.FAILED, "hard-address")


def test_a_reply_that_takes_the_mail_is_sent() -> None:
    assert judge("250 2.0.0 Ok: queued as 4F2A") == (Verdict.SENT, "")


def test_no_reply_at_all_is_the_network() -> None:
    assert classify(None, None, "connection refused").reason == "network"


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("please try again in 300 seconds", timedelta(seconds=300)),
        ("Greylisted, retry after 5 minutes", timedelta(minutes=5)),
        ("try again in 2 hours", timedelta(hours=2)),
        ("wait 30s", timedelta(seconds=30)),
        ("come back in 72 hours", timedelta(hours=4)),
        ("try again in 0 seconds", None),
        ("try again later", None),
    ],
)
def test_the_wait_that_a_server_asks_for_is_heard_within_reason(text: str, wait: timedelta | None) -> None:
    assert retry_after(text) == wait


def test_the_enhanced_code_is_told_from_the_text() -> None:
    assert split_enhanced("5.1.1 User unknown") == ("5.1.1", "User unknown")
    assert split_enhanced("10.0.0.1 is blocked") == (None, "10.0.0.1 is blocked")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("<ANA@Example.net>: user unknown", "<…>: user unknown"),
        ("5.7.1 ana@example.net forwards to anita.privada+tienda@otro.example, refused", "5.7.1 … forwards to …, refused"),
        ("see https://example.net/help", "see https://example.net/help"),
    ],
)
def test_what_is_kept_of_a_servers_words_names_nobody(said: str, kept: str) -> None:
    assert without_addresses(said, "ana@example.net") == kept


def test_a_server_that_says_nonsense_at_length_takes_no_time() -> None:
    began = time.perf_counter()
    without_addresses("a" * 100_000 + "@", "ana@example.net")
    assert time.perf_counter() - began < 0.5
