"""Trees made by hypothesis: valid ones, and ones with anything in the wrong place."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from tests.segments.segment_town import INTERESTS, LISTS, NAMES, PLACES, SOURCES

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
conditions = st.one_of(
    fields,
    fields,
    st.fixed_dictionaries({"list": st.sampled_from(LISTS), "is": st.sampled_from(["confirmed", "pending", "left", "not-in"])}),
    st.fixed_dictionaries({"language": st.sampled_from(["es", "en"])}),
    st.fixed_dictionaries({"source": some(SOURCES)}),
    st.fixed_dictionaries({"joined": windows}),
    st.fixed_dictionaries({"did": deeds, "at_least": st.integers(1, 4)}, optional={**optional_days, "mailing": st.integers(1, 3)}),
    st.fixed_dictionaries({"did": deeds, "never": st.just(True)}, optional={**optional_days, "mailing": st.integers(1, 3)}),
    st.fixed_dictionaries({"spent": st.fixed_dictionaries({"at_least": st.sampled_from([1, 500, 5000, 10_000])}, optional=optional_days)}),
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
