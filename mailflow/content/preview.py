"""A believable reader, for previews and test sends when no subscriber was chosen."""

from collections.abc import Mapping
from typing import Any

_ANA: dict[str, dict[str, Any]] = {
    "es": {
        "subscriber": {
            "first_name": "Ana", "email": "ana@example.net", "sex": "f", "place": "Sevilla", "interests": ["textil", "recetas"],
            "interest_names": "el textil de mesa y las recetas",
        },
        "offer": {"code": "ANA-7K4Q", "value": "10\u00a0%", "minimum": "40\u00a0€", "ends_on": "sábado 5 de diciembre de 2026"},
        "subscription": {"list": "La carta del jueves", "confirmed_on": "21 de mayo de 2026"},
        "subscriptions": [
            {"name": "La carta del jueves", "description": "cada jueves, una mesa, una receta y tres piezas"},
            {"name": "Novedades del taller", "description": "una vez al mes"},
        ],
        "confirm_expires_on": "28 de noviembre",
    },
    "en": {
        "subscriber": {
            "first_name": "Ana", "email": "ana@example.net", "sex": "f", "place": "Seville", "interests": ["textil", "recetas"],
            "interest_names": "table linen and recipes",
        },
        "offer": {"code": "ANA-7K4Q", "value": "10%", "minimum": "€40", "ends_on": "Saturday 5 December 2026"},
        "subscription": {"list": "The Thursday letter", "confirmed_on": "21 May 2026"},
        "subscriptions": [
            {"name": "The Thursday letter", "description": "every Thursday, a table, a recipe and three pieces"},
            {"name": "Workshop news", "description": "once a month"},
        ],
        "confirm_expires_on": "28 November",
    },
}  # fmt: skip
_SHOP = {
    "name": "Casa Olivo",
    "postal_address": "Casa Olivo, S. L. · Calle Feria 112, 41002 Sevilla, España",
    "url": "https://casaolivo.example/",
    "pictures": "https://casaolivo.example/pictures",
}


def sample_facts(language: str, brand: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Ana's facts in ``language`` under the names that merge tags use; ``brand`` replaces the sample shop."""
    words = _ANA.get(language, _ANA["es"])
    shop = {**_SHOP, **{key: value for key, value in (brand or {}).items() if value}}
    pages = shop["url"].rstrip("/")
    return {
        **{key: value for key, value in words.items() if key != "confirm_expires_on"},
        "offer": {**words["offer"], "url": pages, "conditions_url": f"{pages}/"},
        "shop": shop,
        "links": {
            "unsubscribe": f"{pages}/#unsubscribe",
            "preferences": f"{pages}/#preferences",
            "view": f"{pages}/#view",
            "confirm": f"{pages}/#confirm",
            "confirm_expires_on": words["confirm_expires_on"],
        },
        "products": [],
        "pixel": "",
    }
