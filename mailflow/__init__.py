"""mailflow: newsletters and marketing automation for a shop.

The map, in the order the data flows (each stage may use the ones above it in this list, never below):

    foundation   settings, clock, database, tokens, keys, paths, language, staff accounts
    activity     the ledger of what happened to whom, when (append-only)
    audience     who they are and what they agreed to
    outbox       the ledger of sending: one row per mailing and person, with its reason
    offers       offers and codes unique to a person
    segments     who qualifies                     content    what it looks like
    campaigns    one message, one list, one hour   sequences  paced messages per person
    delivery     getting it out, politely
    tracking     what came back: opens, clicks, orders
    reporting    what it was worth
    people       one person through all of these: merged, moved to another address
    schema       every stage's tables in one place
    studio, beacons, api, scheduler                the doors
    app, cli                                       assembly
"""

__version__ = "0.1.0"
