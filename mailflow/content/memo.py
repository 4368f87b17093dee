"""Keeps what a pure function of some facts came to: many readers share a sex, a city, a language."""

from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

Result = TypeVar("Result")
_MOST = 512
_ROOM = 200_000
"""Characters kept in all, so that long results cannot fill the memory."""
_LONG = 4_000
_TRIAL = 4_096
"""Calls after which it must have been worth it."""


class Memo(Generic[Result]):
    """``make`` with a memory by the values of ``paths`` alone; when full it begins anew, where it never helps it stops."""

    def __init__(self, paths: Collection[tuple[str, ...]], make: Callable[[Mapping[str, object]], Result]) -> None:
        self._make, self._key = make, _key_of(tuple(sorted(paths)))
        self._kept: dict[object, Result] = {}
        self._calls = self._missed = self._held = 0
        self._stopped = False

    def __call__(self, facts: Mapping[str, object]) -> Result:
        """What ``make`` gives for these facts; raises what it raises, and keeps nothing then."""
        if self._stopped:
            return self._make(facts)
        try:
            key = self._key(facts)
            found = self._kept.get(key)
        except TypeError:  # a value that cannot be a key
            return self._make(facts)
        self._calls += 1
        return self._fresh(facts, key) if found is None else found

    def _fresh(self, facts: Mapping[str, object], key: object) -> Result:
        made = self._make(facts)
        self._missed += 1
        size = len(made) if isinstance(made, (str, bytes)) else 0
        if self._calls >= _TRIAL:
            self._stopped, self._calls, self._missed = self._missed > self._calls * 0.95, 0, 0
        if self._stopped or len(self._kept) >= _MOST or self._held + size > _ROOM:
            self._kept, self._held = {}, 0
        if not self._stopped and size <= _LONG and len(str(key)) <= _LONG:
            self._kept[key] = made
            self._held += size
        return made


def _key_of(paths: tuple[tuple[str, ...], ...]) -> Callable[[Mapping[str, object]], object]:
    if len(paths) == 1 and len(paths[0]) == 2:
        (root, name), path = paths[0], paths[0]

        def quick(facts: Mapping[str, object]) -> object:
            below = facts.get(root)
            value = below.get(name) if type(below) is dict else None
            return value if type(value) is str else _at(facts, path)

        return quick
    return lambda facts: tuple([_at(facts, path) for path in paths])


def _at(facts: Mapping[str, object], path: tuple[str, ...]) -> object:
    """The value of a name as a key; of something without names below it, that something."""
    value: object = facts
    for name in path:
        if type(value) is not dict:
            break
        value = value.get(name)
    return value if type(value) is str or value is None else _frozen(value)


def _frozen(value: object) -> object:
    """A key that is equal only for values written alike: True, 1 and 1.0 are equal, and are not."""
    if type(value) is str or value is None:
        return value
    if isinstance(value, (list, tuple)):
        return type(value), tuple([_frozen(each) for each in value])
    if isinstance(value, Mapping):
        return dict, tuple([(key, _frozen(each)) for key, each in value.items()])
    return type(value), value
