"""Settings: the shop and how it signs, one's own account, and the keys of the API."""

from collections.abc import Sequence
from zoneinfo import available_timezones

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from mailflow.audience.models import Brand
from mailflow.audience.queries import brand, installation
from mailflow.audience.shop import describe_shop
from mailflow.foundation.accounts import (
    SCOPES,
    SHORTEST_PASSWORD,
    ApiKey,
    make_api_key,
    revoke_api_key,
)
from mailflow.studio.entry import remember, try_password
from mailflow.studio.security import same, staff
from mailflow.studio.shop_form import CURRENCIES, ShopForm, read_shop_form
from mailflow.studio.surroundings import current_database, current_instant, current_settings
from mailflow.studio.wording import KEY_SCOPES

blueprint = Blueprint("settings", __name__, url_prefix="/settings")

LONGEST_PASSWORD = 1000
LONGEST_KEY_NAME = 60
_BRAND = ("name", "from_name", "from_address", "reply_to", "postal_address", "shop_url", "accent")
_INSTALLATION = ("language", "zone", "currency", "attribution_days")


@blueprint.get("/")
@staff
def index() -> str:
    """The shop: who writes, in which language, zone and currency."""
    with current_database().read() as session:
        its_brand, its_installation = brand(session) or Brand(accent="#47551f"), installation(session)
    known = {name: getattr(its_brand, name) for name in _BRAND}
    return _shop_page(ShopForm(known, {name: getattr(its_installation, name) for name in _INSTALLATION}, {}))


@blueprint.post("/")
@staff
def save_shop() -> Response | tuple[str, int]:
    """Keep the shop's description, or say what is to be mended."""
    read = read_shop_form(request.form)
    if read.problems:
        return _shop_page(read), 422
    with current_database().begin() as session:
        describe_shop(session, read.brand_facts, read.installation_facts)
    flash(_("Saved. The next mails carry it; those already out do not change."))
    return redirect(url_for("settings.index"))


@blueprint.get("/account")
@staff
def account() -> str:
    """One's own language and password."""
    return render_template("studio/settings_account.html", problems={})


@blueprint.post("/account/password")
@staff
def save_password() -> Response | tuple[str, int]:
    """Change one's own password; sessions elsewhere end."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    problems = _password_problems(new, again)
    reason, member, given = ("unread", None, None) if problems else try_password(current_user.email, old, new=new)
    if member is None or given is None:
        problems = problems or {"old": _refusals().get(reason) or _("That is not your present password.")}
        return render_template("studio/settings_account.html", problems=problems), 422
    answer = redirect(url_for("settings.account"))
    remember(answer, member, given)
    flash(_("Your password is changed. Sessions on other devices have ended."))
    return answer


@blueprint.get("/keys")
@staff
def keys() -> str:
    """The keys with which the shop's programs come in."""
    return _keys_page()


@blueprint.post("/keys")
@staff
def make_key() -> str | tuple[str, int]:
    """Make a key and show its text, this once."""
    name = " ".join(request.form.get("name", "").split())
    scopes = [scope for scope in SCOPES if scope in request.form.getlist("scopes")]
    problems = {}
    if not name or len(name) > LONGEST_KEY_NAME:
        problems["name"] = _("Write what the key is for, in at most %(count)s characters.", count=LONGEST_KEY_NAME)
    if not scopes:
        problems["scopes"] = _("Choose at least one thing that the key may do.")
    if problems:
        return _keys_page(problems=problems, name=name, scopes=scopes), 422
    with current_database().begin() as session:
        made = make_api_key(session, name, scopes=scopes, now=current_instant())
    return _keys_page(made=made.text)


@blueprint.post("/keys/<int:key_id>/revoke")
@staff
def revoke_key(key_id: int) -> Response:
    """End a key at once."""
    with current_database().begin() as session:
        ended = revoke_api_key(session, key_id, now=current_instant())
    if ended:
        flash(_("The key has ended. Nothing gets in with it any more."))
    else:
        flash(_("That key had already ended."), "warn")
    return redirect(url_for("settings.keys"))


def _shop_page(shown: ShopForm) -> str:
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return render_template(
        "studio/settings_shop.html",
        form=shown,
        zones=[(zone, zone.replace("_", " ")) for zone in zones],
        currencies=[(code, code) for code in CURRENCIES],
    )


def _refusals() -> dict[str, str]:
    return {
        "too-many": _("Too many tries. Wait a quarter of an hour and try again."),
        "busy": _("There is a lot going on right now. Try again in a few seconds."),
    }


def _password_problems(new: str, again: str) -> dict[str, str]:
    if not SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD:
        return {"new": _("At least %(count)s characters; a short sentence is easy to remember.", count=SHORTEST_PASSWORD)}
    if not same(new, again):
        return {"again": _("The two are not the same.")}
    return {}


def _keys_page(made: str | None = None, name: str = "", problems: dict[str, str] | None = None, scopes: Sequence[str] = SCOPES[:1]) -> str:
    with current_database().read() as session:
        rows = list(session.scalars(select(ApiKey).order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc())))
    events = f"{current_settings().public_url}/api/v1/events"
    told = {"rows": rows, "made": made, "name": name, "problems": problems or {}, "events": events}
    return render_template("studio/settings_keys.html", **told, scopes=scopes, may=KEY_SCOPES)
