"""The crib of personal tags that a writer can insert, each with what it becomes."""

from flask_babel import LazyString, lazy_gettext

MERGE_TAGS: tuple[tuple[str, LazyString], ...] = (
    ('{{ subscriber.first_name | default: "…" }}', lazy_gettext("First name, or your word where it is unknown")),
    ("{{ subscriber.email }}", lazy_gettext("The reader's address")),
    ("{{ subscriber.place }}", lazy_gettext("Where the reader lives")),
    ('{% if subscriber.sex == "f" %}…{% else %}…{% endif %}', lazy_gettext("Other words for women")),
    ('{% if subscriber.interests contains "…" %}…{% endif %}', lazy_gettext("Only for who has this interest")),
    ("{{ offer.code }}", lazy_gettext("The reader's own code, in mails with an offer")),
    ("{{ offer.ends_on }}", lazy_gettext("The last day of the code")),
    ("{{ shop.name }}", lazy_gettext("The shop's name")),
    ("{{ shop.url }}", lazy_gettext("The web shop's address")),
    ("{{ links.preferences }}", lazy_gettext("Address of the reader's preferences")),
    ("{{ links.view }}", lazy_gettext("Address of this mail in the browser")),
    ("{{ links.unsubscribe }}", lazy_gettext("Address for leaving; the foot of each template has it already")),
)
"""(tag, meaning) in the order of their use."""
