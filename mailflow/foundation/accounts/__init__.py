"""Staff accounts and API keys: who may come in through the studio and the API."""

from mailflow.foundation.accounts.api_keys import SCOPES, ApiKeyMade, find_api_key, make_api_key, revoke_api_key
from mailflow.foundation.accounts.models import ApiKey, KeptAnswer, SignInAttempt, StaffSession, User
from mailflow.foundation.accounts.passwords import SHORTEST_PASSWORD, hash_password, matches
from mailflow.foundation.accounts.rules import network_of
from mailflow.foundation.accounts.sessions import digest, end_session, member, set_password
from mailflow.foundation.accounts.sign_in import Knock, SignIn, account_of, add_user, forget, knock, let_in, user, verify
from mailflow.foundation.accounts.words import Pass, Place

__all__ = [
    "SCOPES",
    "SHORTEST_PASSWORD",
    "ApiKey",
    "ApiKeyMade",
    "KeptAnswer",
    "Knock",
    "Pass",
    "Place",
    "SignIn",
    "SignInAttempt",
    "StaffSession",
    "User",
    "account_of",
    "add_user",
    "digest",
    "end_session",
    "find_api_key",
    "forget",
    "hash_password",
    "knock",
    "let_in",
    "make_api_key",
    "matches",
    "member",
    "network_of",
    "revoke_api_key",
    "set_password",
    "user",
    "verify",
]
