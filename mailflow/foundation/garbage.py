"""How often a long-lived process looks for garbage: some 300,000 objects stay for good, and walking them all takes a tenth of a second."""

import gc

_YOUNG, _MIDDLE, _OLD = 10_000, 20, 50
"""Objects more, then runs of the younger, before each generation is looked through; Python's own begin at 700."""


def spare_what_stays() -> None:
    """Never again look through what is there by now: modules, tables, templates. Call it once, when a process is about to begin its work.

    What our requests and messages leave goes at once by its reference count; circles among them are found a little later.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
