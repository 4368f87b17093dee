"""Bruno has made a field called as one that came with the shop: what his columns are taken for."""

from mailflow.audience.importing.columns import guess
from mailflow.audience.models import Field
from mailflow.audience.standard import standard_fields
from mailflow.audience.words import FieldKind


def test_standard_fields_come_before_others_of_the_same_name_and_keys_before_labels() -> None:
    own = [
        Field(key="nombre_2", kind=FieldKind.STRING, label={"es": "Nombre", "en": "First name"}),
        Field(key="correo", kind=FieldKind.STRING, label={"es": "Correo", "en": "Email"}),
        Field(key="puntos", kind=FieldKind.NUMBER, label={"es": "Saldo", "en": "Balance"}),
        Field(key="saldo", kind=FieldKind.NUMBER, label={"es": "Puntos", "en": "Points"}),
    ]
    header = ["Correo", "Nombre", "Saldo", "puntos"]
    held = guess(header, [], [*standard_fields(), *own])
    assert held == {"0": "email", "1": "first_name", "2": "saldo", "3": "puntos"}
