"""The words of a condition tree: groups, conditions, operators, limits, and the fault a tree is refused with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

Words: TypeAlias = Mapping[str, str]
Value: TypeAlias = Any
"""What a field is compared with; its type follows from the field's kind and the operator."""

DEEPEST = 8
MOST_CONDITIONS = 200
LARGEST_BYTES = 64 * 1024
MOST_DAYS = 3660
MOST_LAST = 50
"""So many of a person's last campaigns can be asked about: they fit into a number of 64 bits."""
LONGEST_TEXT = 200


class How(StrEnum):
    """How many parts of a group have to hold."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


class Op(StrEnum):
    """How a field is compared. The negative ones hold for people who said nothing, too."""

    IS = "is"
    IS_NOT = "is-not"
    CONTAINS = "contains"
    STARTS_WITH = "starts-with"
    EMPTY = "empty"
    NOT_EMPTY = "not-empty"
    EQUAL = "="
    LESS = "<"
    MORE = ">"
    BETWEEN = "between"
    AGE_BETWEEN = "age-between"
    BIRTHDAY = "birthday-within-days"
    IN = "in"
    NOT_IN = "not-in"
    ANY_OF = "any-of"
    ALL_OF = "all-of"
    NONE_OF = "none-of"


class Deed(StrEnum):
    """What somebody did, by the ledger's words; opens and clicks are people's, never machines'."""

    OPENED = "opened"
    CLICKED = "clicked"
    ORDERED = "ordered"
    SENT = "sent"


class Stage(StrEnum):
    """Where somebody stands as a customer; everybody is at exactly one."""

    PROSPECT = "prospect"
    """Has not bought, and has not clicked lately."""
    LEAD = "lead"
    """Has not bought, but clicked lately: is interested."""
    ACTIVE = "active"
    """Has bought lately."""
    INACTIVE = "inactive"
    """Has bought, but not lately."""


class Rfm(StrEnum):
    """Groups of customers; every customer is in exactly one."""

    CHAMPIONS = "champions"
    LOYAL = "loyal"
    RECENT = "recent"
    NEEDS_ATTENTION = "needs-attention"
    AT_RISK = "at-risk"
    INACTIVE = "inactive"


NOT_IN_LIST = "not-in"
"""Not confirmed in the list: never joined, not confirmed yet, or left."""

COMMON_OPS = (Op.EMPTY, Op.NOT_EMPTY)
OPS: Mapping[str, tuple[Op, ...]] = {
    "string": (Op.IS, Op.IS_NOT, Op.CONTAINS, Op.STARTS_WITH, *COMMON_OPS),
    "number": (Op.EQUAL, Op.LESS, Op.MORE, Op.BETWEEN, *COMMON_OPS),
    "money": (Op.EQUAL, Op.LESS, Op.MORE, Op.BETWEEN, *COMMON_OPS),
    "date": (Op.EQUAL, Op.LESS, Op.MORE, Op.BETWEEN, *COMMON_OPS),
    "one-of": (Op.IN, Op.NOT_IN, *COMMON_OPS),
    "place": (Op.IN, Op.NOT_IN, *COMMON_OPS),
    "telephone": (Op.STARTS_WITH, Op.CONTAINS, *COMMON_OPS),
    "city": (Op.IS, Op.IS_NOT, Op.CONTAINS, Op.STARTS_WITH, *COMMON_OPS),
    "many-of": (Op.ANY_OF, Op.ALL_OF, Op.NONE_OF, *COMMON_OPS),
    "boolean": (Op.IS,),
}
"""The operators of each kind of field."""
BIRTH_OPS = (Op.AGE_BETWEEN, Op.BIRTHDAY)
BIRTH_FIELD = "birth_date"


def ops_of(key: str, kind: str) -> tuple[Op, ...]:
    """The operators that a field of this key and kind knows; none for an unknown kind."""
    ops = OPS.get(kind, ())
    return (*BIRTH_OPS, *ops) if kind == "date" and key == BIRTH_FIELD else ops


@dataclass(frozen=True)
class FieldFacts:
    """What conditions need to know of a field of the registry; a place without options is of the kind "city"."""

    id: int
    key: str
    kind: str
    label: Words
    options: Mapping[str, Words]
    currency: str = ""
    """Of amounts, which are compared in whole cents."""
    archived: bool = False


@dataclass(frozen=True)
class Saved:
    """A saved segment, as far as others can name it."""

    id: int
    name: Words
    tree: Mapping[str, Any]


@dataclass(frozen=True)
class Catalogue:
    """Everything a tree may name. ``lists`` None: any list is taken, unknown ones hold nobody."""

    fields: tuple[FieldFacts, ...] = ()
    lists: Mapping[str, Words] | None = None
    segments: Mapping[int, Saved] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """A stretch of time up to now: within the last ``days``, or longer ago than that."""

    days: int
    within: bool = True


@dataclass(frozen=True)
class FieldTest:
    """What a person's profile says."""

    field: FieldFacts
    op: Op
    value: Value


@dataclass(frozen=True)
class Membership:
    """Where a person stands with a list: pending, confirmed, left or NOT_IN_LIST."""

    slug: str
    name: Words
    state: str


@dataclass(frozen=True)
class Speaks:
    """The language a person chose."""

    language: str


@dataclass(frozen=True)
class CameFrom:
    """Where a person came from, by source class."""

    sources: tuple[str, ...]


@dataclass(frozen=True)
class Joined:
    """When a person first confirmed; nobody unconfirmed has joined."""

    window: Window


@dataclass(frozen=True)
class Often:
    """How often: ``least`` times or more, and ``most`` or fewer, where that is not None; never is 0 and 0."""

    least: int = 1
    most: int | None = None


@dataclass(frozen=True)
class Did:
    """How often somebody did something: different mails opened, clicked or sent; orders.

    ``last``: of so many campaigns, those sent to her last; ``link``: the number of a link of the mailing.
    """

    deed: Deed
    often: Often = Often()
    within_days: int | None = None
    mailing: int | None = None
    link: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class Spent:
    """The sum of a person's orders, in cents; who never ordered has spent 0."""

    often: Often
    within_days: int | None = None


@dataclass(frozen=True)
class Average:
    """What a person's orders come to on average, in cents; nobody without an order has one."""

    often: Often
    within_days: int | None = None


@dataclass(frozen=True)
class Bought:
    """In how many orders somebody bought a product, or something of a category, by the shop's own words."""

    by: str
    """product or category."""
    name: str
    often: Often = Often()
    within_days: int | None = None


@dataclass(frozen=True)
class Agreed:
    """Whether somebody agrees to something now: what she said last counts, and who said nothing does not agree."""

    purpose: str
    given: bool


@dataclass(frozen=True)
class Tracked:
    """How closely a person's opens and clicks may be kept."""

    levels: tuple[str, ...]


@dataclass(frozen=True)
class CameBy:
    """Where a person came from exactly: form:newsletter, import:3."""

    sources: tuple[str, ...]


@dataclass(frozen=True)
class AtStage:
    """Where a person stands as a customer."""

    stages: tuple[str, ...]


@dataclass(frozen=True)
class InRfm:
    """Groups of customers by how lately, how often and for how much they bought."""

    groups: tuple[str, ...]


@dataclass(frozen=True)
class Fixed:
    """Whoever was put into a segment by hand, from a search, or as it was at one moment."""

    segment_id: int


@dataclass(frozen=True)
class LastOrder:
    """When the newest order came; nobody without an order has one."""

    window: Window


@dataclass(frozen=True)
class Top:
    """The best share (in thousandths) of everybody confirmed anywhere, by engagement.score."""

    permille: int
    within_days: int


@dataclass(frozen=True)
class Silent:
    """Whether a reactivation went unanswered."""

    yes: bool


@dataclass(frozen=True)
class InSegment:
    """Whoever another saved segment holds."""

    id: int
    name: Words
    tree: "Group"


@dataclass(frozen=True)
class Group:
    """Parts of which all, any or none have to hold; of no parts, all and none hold, any does not."""

    how: How
    parts: tuple["Part", ...]


Condition: TypeAlias = (
    FieldTest | Membership | Speaks | CameFrom | CameBy | Agreed | Tracked | Joined | Silent | Fixed | InSegment
    | Did | Spent | Average | Bought | LastOrder | Top | AtStage | InRfm
)  # fmt: skip
Part: TypeAlias = Condition | Group | Any
"""Any: a condition that another stage registered."""
Tree: TypeAlias = Group


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a tree: where (``all[0].value``; ``at`` counts parts from the root) and what, in each language."""

    path: str
    at: tuple[int, ...]
    message: Words


class TreeError(ValueError):
    """A tree that means nothing, with everything found wrong in it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.path or 'tree'}: {fault.message['en']}" for fault in faults))
        self.faults = faults
