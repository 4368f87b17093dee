"""Settings, clock, database, tokens, keys, paths, language and staff accounts: no word of e-mail here."""
