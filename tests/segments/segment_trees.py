"""Trees made by hypothesis: valid ones, and ones with anything in the wrong place."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from tests.segments.segment_town import BOUGHT, INTERESTS, LISTS, NAMES, ORIGINS, PLACES, SOURCES

Tree = dict[str, Any]

days = st.sampled_from([1, 7, 10, 40, 60, 120, 3660])
numbers = st.sampled_from([-3, 0, 1, 2.5, 2, 1e9])
dates = st.dates(date(1940, 1, 1), date(2026, 12, 31)).map(date.isoformat) | st.sampled_from(["2000-02-29", "1985-11-21", "2010-06-01"])
texts = st.sampled_from([*NAMES, "a", "jos", "JOSÉ", "100%", "_", "\\", "'", "ñ"])


def pairs(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=2, max_size=2).map(sorted)


def some(options: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(options), min_size=1, max_size=3)


def field_test(key: str, ops: list[str], value: st.SearchStrategy[Any]) -> st.SearchStrategy[Tree]:
    return st.fixed_dictionaries({"field": st.just(key), "is": st.sampled_from(ops), "value": value})


fields = st.one_of(
    field_test("first_name", ["is", "is-not", "contains", "starts-with"], texts),
    field_test("children", ["=", "<", ">"], numbers),
    field_test("children", ["between"], pairs(numbers)),
    field_test("has_dog", ["is"], st.booleans()),
    field_test("birth_date", ["=", "<", ">"], dates),
    field_test("wedding", ["between"], pairs(dates)),
    field_test("birth_date", ["age-between"], pairs(st.integers(0, 90))),
    field_test("birth_date", ["birthday-within-days"], st.integers(0, 366)),
    field_test("sex", ["in", "not-in"], some(["f", "m", "x"])),
    field_test("place", ["in", "not-in"], some(PLACES)),
    field_test("interests", ["any-of", "all-of", "none-of"], some(INTERESTS)),
    st.fixed_dictionaries(
        {
            "field": st.sampled_from(["first_name", "children", "birth_date", "wedding", "sex", "place", "interests"]),
            "is": st.sampled_from(["empty", "not-empty"]),
        }
    ),
)
windows = st.fixed_dictionaries({"within_days": days}) | st.fixed_dictionaries({"before_days": days})
deeds = st.sampled_from(["opened", "clicked", "ordered", "sent"])
optional_days = {"within_days": days}
often = st.one_of(
    st.fixed_dictionaries({"at_least": st.integers(1, 4)}),
    st.fixed_dictionaries({"at_most": st.integers(0, 3)}),
    st.fixed_dictionaries({"exactly": st.integers(0, 3)}),
    st.just({"never": st.just(True)}).flatmap(st.fixed_dictionaries),
).map(lambda said: {key: st.just(value) for key, value in said.items()})
few = st.sampled_from([{"at_least": 1}, {"at_least": 3}, {"at_most": 1}, {"exactly": 2}, {"never": True}]).map(
    lambda said: {key: st.just(value) for key, value in said.items()}
)
cents = st.sampled_from([1, 500, 2550, 4600, 5000, 10_000])
amounts = st.one_of(*(st.fixed_dictionaries({way: cents}, optional=optional_days) for way in ("at_least", "at_most")))


def bought(said: dict[str, Any]) -> st.SearchStrategy[Tree]:
    products, kinds = st.sampled_from([one for one, _ in BOUGHT]), st.sampled_from(["Loza", "Textil"])
    return st.fixed_dictionaries({"product": products, **said}, optional=optional_days) | st.fixed_dictionaries({"category": kinds, **said})


conditions = st.one_of(
    fields,
    fields,
    st.fixed_dictionaries({"list": st.sampled_from(LISTS), "is": st.sampled_from(["confirmed", "pending", "left", "not-in"])}),
    st.fixed_dictionaries({"language": st.sampled_from(["es", "en"])}),
    st.fixed_dictionaries({"source": some(SOURCES)}),
    st.fixed_dictionaries({"joined": windows}),
    often.flatmap(lambda said: st.fixed_dictionaries({"did": deeds, **said}, optional={**optional_days, "mailing": st.integers(1, 5)})),
    often.flatmap(lambda said: st.fixed_dictionaries({"did": deeds, **said}, optional=optional_days)),
    few.flatmap(lambda said: st.fixed_dictionaries({"did": st.sampled_from(["opened", "clicked"]), **said, "last": st.integers(3, 50)})),
    st.fixed_dictionaries({"did": st.just("clicked"), "mailing": st.integers(1, 5), "link": st.integers(0, 3)}, optional=optional_days),
    st.fixed_dictionaries({"spent": amounts}),
    st.fixed_dictionaries({"average": amounts}),
    often.flatmap(lambda said: st.fixed_dictionaries({"bought": bought(said)})),
    st.fixed_dictionaries({"lifecycle": some(["prospect", "lead", "active", "inactive"])}),
    st.fixed_dictionaries({"rfm": some(["champions", "loyal", "recent", "needs-attention", "at-risk", "inactive"])}),
    st.fixed_dictionaries(
        {"consent": st.sampled_from(["tracking", "profiling", "third-party"]), "is": st.sampled_from(["given", "not-given"])}
    ),
    st.fixed_dictionaries({"tracking": some(["none", "aggregate", "last-open", "individual"])}),
    st.fixed_dictionaries({"origin": some([*ORIGINS, "api"])}),
    st.fixed_dictionaries({"fixed": st.just(1)}),
    st.fixed_dictionaries({"segment": st.just(1)}),
    st.fixed_dictionaries({"last_order": windows}),
    st.fixed_dictionaries({"top": st.fixed_dictionaries({"share": st.sampled_from([0.001, 0.1, 0.25, 1]), "within_days": days})}),
    st.fixed_dictionaries({"silent": st.booleans()}),
)


def groups(parts: st.SearchStrategy[Any], most: int = 4) -> st.SearchStrategy[Tree]:
    return st.builds(lambda how, below: {how: below}, st.sampled_from(["all", "any", "none"]), st.lists(parts, max_size=most))


trees = groups(conditions | groups(conditions | groups(conditions, 2), 3))

hostile = st.sampled_from(
    ["id; DROP TABLE subscriber", "email", "subscriber.email", "1=1", "' OR 1=1 --", "__class__", "\x00", "\ud800", "", "all", "a" * 300]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | hostile | texts | dates | days,
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(["all", "field", "is", "value"]) | hostile, below, max_size=3)
    ),
    max_leaves=6,
)
WORDS = "field is value list language source joined did at_least never within_days mailing spent last_order segment top silent"
words = st.sampled_from([*WORDS.split(), "all", "any", "none", "share", "before_days"])
broken_conditions = st.dictionaries(words, anything | windows | days, max_size=4)
broken_trees = groups(conditions | broken_conditions | anything | groups(broken_conditions | conditions)) | anything
