"""The ledger of sending: mailings, one row per mailing and person, and the pure rule of the gate."""
