"""Machines told from people, over plain facts."""

import pytest

from mailflow.tracking.rules import HitFacts, is_burst, machine_signal
from mailflow.tracking.words import HitKind, Signal
from tests.mailed import PHONE

GOOGLE_PROXY = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


def judged(
    agent: str = PHONE, *, seconds: float | None = 600.0, kind: HitKind = HitKind.OPEN, burst: int = 1, links: int = 5
) -> Signal | None:
    return machine_signal(HitFacts(kind, agent, seconds, 1, burst, links))


def test_a_phone_ten_minutes_later_is_a_person() -> None:
    assert judged() is None


@pytest.mark.parametrize(
    ("agent", "signal"),
    [
        ("Mozilla/5.0", Signal.APPLE_PREFETCH),
        ("", Signal.NO_AGENT),
        ("  ", Signal.NO_AGENT),
        ("BarracudaCentral/1.0", Signal.SCANNER),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Signal.SCANNER),
        ("python-requests/2.32", Signal.SCANNER),
        ("curl/8.5.0", Signal.SCANNER),
        ("Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 HeadlessChrome/130.0 Safari/537.36", Signal.SCANNER),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0", Signal.GMAIL_PREFETCH),
    ],
)
def test_agents_that_no_person_has_are_machines(agent: str, signal: Signal) -> None:
    assert judged(agent) is signal


@pytest.mark.parametrize(
    "agent", ["Mozilla/5.0 (Linux; Android 13; CUBOT P80) Chrome/130.0 Mobile Safari/537.36", "YahooMailProxy; https://x"]
)
def test_telephones_and_proxies_that_sound_like_robots_are_people(agent: str) -> None:
    assert judged(agent) is None


def test_googles_proxy_is_a_prefetch_at_once_and_a_person_later() -> None:
    assert judged(GOOGLE_PROXY, seconds=4.0) is Signal.GMAIL_PREFETCH
    assert judged(GOOGLE_PROXY, seconds=6.0) is None


@pytest.mark.parametrize(("seconds", "signal"), [(-1.0, Signal.TOO_SOON), (1.9, Signal.TOO_SOON), (2.0, None), (None, None)])
def test_nobody_reads_within_two_seconds(seconds: float | None, signal: Signal | None) -> None:
    assert judged(seconds=seconds) is signal


@pytest.mark.parametrize(
    ("hit", "links", "burst"), [(2, 2, False), (3, 3, True), (3, 4, False), (4, 5, True), (7, 10, False), (8, 10, True)]
)
def test_four_of_five_links_and_at_least_three_are_a_burst(hit: int, links: int, burst: bool) -> None:
    assert is_burst(hit, links) is burst
