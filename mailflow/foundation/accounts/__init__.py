"""Staff accounts and API keys: who may come in through the studio and the API."""

from mailflow.foundation.accounts.api_keys import ApiKeyMade, find_api_key, make_api_key, revoke_api_key
from mailflow.foundation.accounts.models import ApiKey, SignInAttempt, User
from mailflow.foundation.accounts.passwords import SHORTEST_PASSWORD, hash_password, matches
from mailflow.foundation.accounts.sign_in import Found, SignIn, add_user, look_up, note_failure, set_password, user, verify

__all__ = [
    "SHORTEST_PASSWORD",
    "ApiKey",
    "ApiKeyMade",
    "Found",
    "SignIn",
    "SignInAttempt",
    "User",
    "add_user",
    "find_api_key",
    "hash_password",
    "look_up",
    "make_api_key",
    "matches",
    "note_failure",
    "revoke_api_key",
    "set_password",
    "user",
    "verify",
]
