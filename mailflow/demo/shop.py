"""Casa Olivo: the demo's shop, its three lists and its form, over what every first start makes."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Brand, Form, List


def dress(session: Session, *, shop_url: str, now: datetime) -> list[List]:
    """Give the fresh installation the shop's name, address, lists and form; the lists in their order."""
    brand = session.scalars(select(Brand)).one()
    brand.name = brand.from_name = "Casa Olivo"
    brand.from_address, brand.reply_to = "hola@casaolivo.example.net", "tienda@casaolivo.example.net"
    brand.postal_address = "Casa Olivo, S. L. · Calle Feria 112, 41002 Sevilla, España"
    brand.shop_url = shop_url
    first = session.scalars(select(List)).one()
    first.name = {"es": "La carta del jueves", "en": "The Thursday letter"}
    first.description = {
        "es": "Una mesa, una receta y tres piezas que merecen la pena. Cada dos jueves.",
        "en": "A table, a recipe and three pieces worth having. Every other Thursday.",
    }
    workshop = _list(
        "taller",
        "Novedades del taller",
        "News from the workshop",
        "Colecciones nuevas y quién las hace.",
        "New collections and who makes them.",
    )
    sales = _list(
        "rebajas", "Rebajas y segundas", "Sales and seconds", "Piezas con taras mínimas y rebajas de verdad.", "Tiny flaws, true discounts."
    )
    for position, extra in enumerate((workshop, sales), start=1):
        extra.brand_id, extra.created_at, extra.position = brand.id, now, position
        session.add(extra)
    form = session.scalars(select(Form)).one()
    form.list_slugs = ["newsletter", "taller", "rebajas"]
    form.title = {"es": "Lo bueno de la casa, en tu correo", "en": "The best of the house, in your inbox"}
    form.intro = {
        "es": "Mesas, recetas y lo nuevo del taller, sin llenarte el buzón. Y un 10 % en tu primera compra.",
        "en": "Tables, recipes and what is new in the workshop, without a full inbox. And 10% off your first purchase.",
    }
    session.flush()
    return [first, workshop, sales]


def _list(slug: str, es: str, en: str, about_es: str, about_en: str) -> List:
    return List(slug=slug, name={"es": es, "en": en}, description={"es": about_es, "en": about_en})
