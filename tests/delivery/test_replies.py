"""Replies as real servers word them, and what each means; nobody is given up for a reason that is not the address's own."""

from datetime import timedelta

import pytest

from mailflow.delivery.replies import classify, retry_after, split_enhanced
from mailflow.delivery.transports.words import Verdict

SEEN = {
    "hard-address": [
        "550 5.1.1 The email account that you tried to reach does not exist.",
        "550 5.1.1 <dario@example.net>: Recipient address rejected: User unknown in virtual mailbox table",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient dario@example.net not found by SMTP address lookup",
        "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).",
        "550 5.2.1 The email account that you tried to reach is disabled.",
        "554 delivery error: dd This user doesn't have a yahoo.com account (dario@example.net) [0]",
        "550 Requested action not taken: mailbox unavailable",
        "550 No such user here",
        "551 User not local; no such user",
        "553 5.3.0 <dario@example.net>... No such user",
        "550 5.1.2 Host unknown",
        "550 5.1.3 Invalid address syntax",
        "556 5.1.10 Recipient address has null MX",
        "550 5.7.13 user disabled",
        "550 #5.1.0 Address rejected dario@example.net: unknown recipient",
        "550 5.1.6 Mailbox has moved, no forwarding address",
        "550 5.0.0 El usuario desconocido: usuario desconocido",
        "550 Invalid recipient <dario@example.net> (#5.1.1)",
        "550-5.1.1 Account closed, the account is no longer active",
    ],
    "mailbox-temporary": [
        "452 4.2.2 The email account that you tried to reach is over quota and inactive.",
        "452-4.2.2 The recipient's inbox is out of storage space.",
        "552 5.2.2 The email account that you tried to reach is over quota.",
        "450 4.2.1 The user you are trying to contact is receiving mail too quickly. Please resend your message at a later time.",
        "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered.",
        "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered.",
        "452 4.3.1 Insufficient system storage",
        "451 4.3.0 Temporary lookup failure",
        "554 5.2.2 mailbox full; sz=629145600/629145600 ct=28112/100000",
        "552 Mailbox quota exceeded",
        "450 Requested mail action not taken: mailbox unavailable",
        "552 5.2.2 Buzón lleno",
        "550 5.2.1 Mailbox temporarily disabled",
    ],
    "throttle": [
        "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1",
        "421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred",
        "421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address.",
        "450 4.7.1 Greylisted, please try again in 300 seconds",
        "451 4.7.1 <dario@example.net>: Recipient address rejected: Greylisting in action, please come back later",
        "421 RP-001 (BAY) Unfortunately, some messages from 192.0.2.1 weren't sent: exceeded the rate limit",
        "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS77712)",
        "421 4.4.5 Too many concurrent SMTP connections",
        "450 4.7.0 Too many messages from your server, slow down",
        "421 Too many connections from your host",
        "550 5.7.1 Sending rate limit exceeded, try again in 60 minutes",
        "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation.",
        "421 4.3.2 All server ports are busy",
        "554 5.4.0 Error: too many emails from this sender, hourly limit reached",
        "450 4.7.28 Gmail has detected an unusual rate of mail originating from your SPF domain.",
    ],
    "policy": [
        "550 5.7.1 Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam it was blocked.",
        "550 5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires SPF or DKIM.",
        "550 5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC policy.",
        "550 5.7.515 Access denied, sending domain EXAMPLE.COM does not meet the required authentication level.",
        "550 5.7.606 Access denied, banned sending IP [192.0.2.1]",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Part of their network is on our block list (S3150).",
        "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes",
        "550 5.7.0 Message rejected: local policy violation",
        "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list",
        "554 5.7.1 The user unknown to you is well: message refused as spam",
        "550 5.7.25 The IP address sending this message does not have a PTR record setup",
        "554 Denied (Mode: normal): poor sender reputation",
        "550 5.7.23 The message was rejected because of Sender Policy Framework violation: SPF fail",
        "550 5.1.1 Mail from your IP address has been blocked by our blacklist",
        "550 High probability of spam",
        "554 5.7.1 You are not allowed to write here",
    ],
    "content": [
        "552 5.3.4 Message size exceeds fixed limit",
        "552 5.2.3 Your message exceeded the maximum message size",
        "552 5.7.0 This message was blocked because its content presents a potential security issue: attachment type",
        "554 5.6.0 Message contains bare LF",
        "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal",
        "554 5.6.1 Body type not supported by remote host",
        "554 Message rejected: virus found",
        "552 Message too large",
    ],
    "sender-fault": [
        "535 5.7.8 Username and Password not accepted.",
        "530 5.7.0 Must issue a STARTTLS command first",
        "530 5.7.1 Authentication required",
        "503 5.5.1 Bad sequence of commands",
        "550 5.1.8 Sender address rejected: Domain not found",
        "553 5.1.7 The sender's address was syntactically invalid",
        "554 5.7.1 <dario@example.net>: Relay access denied",
        "501 5.5.4 Syntax: MAIL FROM:<address>",
        "454 Temporary authentication failure",
    ],
    "network": [
        "451 4.4.1 Connection timed out",
        "450 4.4.3 DNS lookup failure",
        "451 4.4.0 DNS query failed",
        "550 5.4.4 Unable to route: nothing found for this host",
        "450 4.4.2 Lost connection to the next host",
    ],
    "unknown": ["554 Transaction failed", "571 Something else entirely", "555 syntax odd", "550 5.9.9 Go away"],
}
CASES = [(reason, line) for reason, lines in SEEN.items() for line in lines]
PASSING = {"mailbox-temporary", "throttle", "network", "sender-fault"}


def judge(line: str, tries: int = 1) -> tuple[Verdict, str]:
    enhanced, text = split_enhanced(line[4:])
    reply = classify(int(line[:3]), enhanced, text, tries=tries)
    return reply.verdict, reply.reason


@pytest.mark.parametrize(("reason", "line"), CASES)
def test_a_reply_has_its_reason(reason: str, line: str) -> None:
    assert judge(line)[1] == reason


@pytest.mark.parametrize(("reason", "line"), CASES)
def test_a_message_is_given_up_only_where_waiting_cannot_help(reason: str, line: str) -> None:
    waits = reason in PASSING or line.startswith("4")
    assert judge(line)[0] is (Verdict.DEFERRED if waits else Verdict.FAILED)


def test_the_set_is_large_enough_to_mean_something() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("line", SEEN["policy"] + SEEN["throttle"])
def test_policy_and_throttling_never_cost_an_address(line: str) -> None:
    assert judge(line, tries=9)[1] != "hard-address"


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
