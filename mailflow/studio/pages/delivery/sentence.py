"""How it goes right now, in one sentence: what stands in the way first, then what goes out, then what comes next."""

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from mailflow.delivery.families import name_of
from mailflow.delivery.overview import Overview, Route
from mailflow.studio.formats import clock_time, lately, number, relative

_FURTHEST = timedelta(hours=48)
"""An end further away than this is no forecast."""


@dataclass(frozen=True)
class Said:
    """The sentence: ``head`` changes seldom and is read out, ``rest`` holds its figures; ``kind`` colours it: ok, warn or bad."""

    head: str
    rest: str = ""
    kind: str = "ok"


def sentence(seen: Overview) -> Said:
    """What to say of this moment."""
    return _hindered(seen) or _refused(seen) or _going_out(seen) or _to_come(seen) or Said(_("Nothing to send right now."), _last(seen))


def _hindered(seen: Overview) -> Said | None:
    if not seen.awake:
        return _nobody(seen)
    if all(one.held for one in seen.awake):
        return held(seen.awake[0].held)
    away = _away(seen)
    return _unreachable(away, seen) if away else None


def _nobody(seen: Overview) -> Said:
    how = _("Start one with “mailflow run”, or “mailflow worker” where the pages run by themselves.")
    waits = bool(seen.going or seen.put_off)
    return Said(_("No sender is running, so nothing leaves."), how, "bad" if waits else "warn")


def held(reason: str) -> Said:
    """Why a sender begins nothing."""
    if reason == "disk":
        return Said(
            _("The disk has no room, so nothing leaves."),
            _("Every mail must be noted before it goes. Make room (at least 500 MB and a tenth of the disk); it goes on by itself."),
            "bad",
        )
    if reason == "restored":
        return Said(_("Nothing leaves until you say so."), _("This database came back from a backup or is a copy."), "bad")
    if reason == "copied":
        return Said(
            _("The sender begins nothing: its data folder is a copy, or another database's."),
            _("Give it a new folder, or say “mailflow release” on that computer if the other one is gone for good."),
            "bad",
        )
    if reason in ("version", "released"):
        return Said(_("The sender ends, to begin anew."), _("It goes on by itself once its own version is up to date."), "warn")
    return Said(_("The sender begins nothing for now."), _("It goes on by itself as soon as it can."), "bad")


def _away(seen: Overview) -> list[Route]:
    """The routes that are away, if every route of every sender is."""
    routes = [route for sender in seen.awake for route in sender.routes]
    return routes if routes and all(route.away for route in routes) else []


def _unreachable(routes: list[Route], seen: Overview) -> Said:
    servers = ", ".join(dict.fromkeys(route.server for route in routes))
    soonest = min(route.again_at for route in routes)
    again = _("It is tried again %(when)s.", when=relative(soonest, seen.now)) if soonest > seen.now else _("It is being tried again now.")
    since = min((route.away_since for route in routes if route.away_since), default=None)
    head = _("The mail server %(server)s cannot be reached; everybody waits and nobody is lost.", server=servers)
    if since is not None:
        again = _("It has been away since %(time)s.", time=lately(since, seen.now)) + f" {again}"
    return Said(head, f"{_last(seen)} {again}".strip(), "bad")


def _refused(seen: Overview) -> Said | None:
    """A provider that stopped us: somebody must look into it, whatever else goes out meanwhile."""
    stopped = [one for one in seen.providers.shown if one.is_stopped]
    if not stopped:
        return None
    head = ngettext(
        "%(provider)s refuses our mail by its rules, and is left alone for now.",
        "%(provider)s refuse our mail by their rules, and are left alone for now.",
        len(stopped),
        provider=" · ".join(name_of(one.name) for one in stopped),
    )
    rest = _going_out(seen) or Said(_("Check SPF, DKIM and DMARC of your domain, and whether your server is on a block list."))
    return Said(head, f"{rest.head} {rest.rest}".strip(), "bad")


def _slow(seen: Overview) -> str:
    slow = sum(bool(one.slowed) and not one.is_stopped for one in seen.providers.shown)
    return ngettext("One provider is written to slowly.", "%(num)s providers are written to slowly.", slow) if slow else ""


def _going_out(seen: Overview) -> Said | None:
    moving = [one for one in seen.going if not one.paused]
    if not moving:
        paused = len(seen.going)
        return Said(ngettext("One campaign is paused.", "%(num)s campaigns are paused.", paused), _last(seen), "warn") if paused else None
    head = ngettext("One mailing is going out.", "%(num)s mailings are going out.", len(moving))
    waiting, rate = sum(one.waiting for one in moving), seen.rate
    if not rate:
        return Said(head, _("Nothing has been accepted within the last minute."))
    facts = _("%(rate)s mails a minute.", rate=number(rate))
    ends = timedelta(minutes=waiting / rate)
    soon = _("At this speed the last one leaves at about %(time)s.", time=clock_time(seen.now + ends))
    slow = _slow(seen)  # then nobody knows the end
    return Said(head, f"{facts} {slow or soon}" if slow or (waiting and ends < _FURTHEST) else facts)


def _to_come(seen: Overview) -> Said | None:
    people = sum(one.people for one in seen.put_off)
    if not people:
        return None
    first = min(one.next_at for one in seen.put_off)
    head = ngettext("One person was put off and is tried again.", "Some people were put off and are tried again.", people)
    return Said(head, _("The next try is at %(time)s.", time=clock_time(max(first, seen.now))), "warn")


def _last(seen: Overview) -> str:
    if seen.last_sent is None:
        return ""
    return str(_("The last mail was accepted at %(time)s.", time=clock_time(seen.last_sent)))
