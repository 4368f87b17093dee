"""A template's example words, with links that lead somewhere: to the shop whose letter it is."""

import re
from typing import Any

from mailflow.content.library import bundled_library

_EXAMPLE_LINK = re.compile(r"https://casaolivo\.example/(?:[\w-]+/)*([\w-]*)")


def example(slug: str, language: str, *, shop_url: str, whole: bool) -> dict[str, Any]:
    """A newsletter template's {"subject", "preheader", "slots"}; every link leads to the shop's own address.

    ``whole`` keeps the example's last word behind it ("…/lucena-dish"): only the demo's shop has those pages.
    """
    front = shop_url if shop_url.endswith("/") or not whole else f"{shop_url}/"
    return dict(_led(bundled_library().sample(slug, language, "newsletter"), front, whole=whole))


def _led(value: Any, front: str, *, whole: bool) -> Any:
    if isinstance(value, dict):
        return {key: _led(one, front, whole=whole) for key, one in value.items()}
    if isinstance(value, list):
        return [_led(one, front, whole=whole) for one in value]
    if isinstance(value, str):
        return _EXAMPLE_LINK.sub(lambda found: front + (found[1] if whole else ""), value)
    return value
