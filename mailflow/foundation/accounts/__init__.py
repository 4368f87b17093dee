"""Staff accounts and API keys: who may come in through the studio and the API."""

from mailflow.foundation.accounts.api_keys import ApiKeyMade, find_api_key, make_api_key, revoke_api_key
from mailflow.foundation.accounts.models import ApiKey, SignInAttempt, User
from mailflow.foundation.accounts.sign_in import SignIn, add_user, change_password, sign_in, user

__all__ = [
    "ApiKey",
    "ApiKeyMade",
    "SignIn",
    "SignInAttempt",
    "User",
    "add_user",
    "change_password",
    "find_api_key",
    "make_api_key",
    "revoke_api_key",
    "sign_in",
    "user",
]
