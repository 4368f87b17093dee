"""Which addresses a link may lead to."""

from functools import lru_cache
from urllib.parse import urlsplit


@lru_cache(1024)
def safe_target(url: str) -> bool:
    """Whether ``url`` is a plain web address that no parser can read in two ways (S-23, S-25)."""
    if "\\" in url or any(ord(sign) <= 32 or ord(sign) == 127 for sign in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
