"""What a backup says of itself, and why one cannot be taken or put back."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self

from mailflow.cli.speech import Refused
from mailflow.foundation.language import Words

SECRET = "secret.key"  # noqa: S105  # a file's name


@dataclass(frozen=True)
class Manifest:
    """Kept in the backup itself."""

    version: str
    """The mailflow that took it."""
    shape: str
    """The migration its tables stand at."""
    taken_at: str
    """ISO 8601, UTC."""
    engine: str
    """sqlite or postgresql: where it was taken from. It can be put back into either."""
    base_url: str
    rows: dict[str, int]
    files: list[str]

    @property
    def people(self) -> int:
        """Subscribers in it."""
        return self.rows.get("subscriber", 0)

    @property
    def total(self) -> int:
        """Rows in it."""
        return sum(self.rows.values())

    def written(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Self:
        """As it was kept; ValueError, KeyError or TypeError when it is none."""
        told = cls(**json.loads(text))
        datetime.fromisoformat(told.taken_at)
        if not isinstance(told.rows, dict) or not all(isinstance(count, int) for count in told.rows.values()):
            raise TypeError("rows")
        return told


class BackupError(Refused):
    """Why it is not done; nothing was changed."""


THERE_ALREADY: Words = {
    "en": "There is a file {file} already; a backup never replaces one. Choose another name.",
    "es": "Ya existe el archivo {file}; una copia nunca sustituye a otra. Elige otro nombre.",
}
NO_FOLDER: Words = {
    "en": "{file} cannot be written: {why}.",
    "es": "No se puede escribir {file}: {why}.",
}
NO_TABLES: Words = {
    "en": "There is nothing to keep: the database has no tables of this version. Run “mailflow db upgrade” first.",
    "es": "No hay nada que guardar: la base no tiene las tablas de esta versión. Ejecuta antes «mailflow db upgrade».",
}
NOT_WHOLE: Words = {
    "en": "The backup was checked after writing and is not whole ({why}); it was thrown away.",
    "es": "Se comprobó la copia tras escribirla y no está entera ({why}); se ha desechado.",
}
NO_BACKUP: Words = {
    "en": "{file} is no backup of mailflow's, or it is damaged ({why}). Nothing was changed.",
    "es": "{file} no es una copia de mailflow, o está dañada ({why}). No se ha cambiado nada.",
}
NEWER: Words = {
    "en": "The backup is of a newer mailflow ({version}). Install that version first. Nothing was changed.",
    "es": "La copia es de un mailflow más nuevo ({version}). Instala antes esa versión. No se ha cambiado nada.",
}
OCCUPIED: Words = {
    "en": "There is an installation here already ({place}); a backup is only put back where nothing is. "
    "Set MAILFLOW_HOME to a new folder, or MAILFLOW_DATABASE_URL to an empty database. Nothing was changed.",
    "es": "Aquí ya hay una instalación ({place}); una copia solo se recupera donde no hay nada. "
    "Pon MAILFLOW_HOME a una carpeta nueva o MAILFLOW_DATABASE_URL a una base vacía. No se ha cambiado nada.",
}
OTHER_SECRET: Words = {
    "en": "The backup's keys do not open with this installation's secret: set MAILFLOW_SECRET_KEY to what it was. Nothing was changed.",
    "es": "Las claves de la copia no se abren con el secreto de aquí: pon MAILFLOW_SECRET_KEY al que era. No se ha cambiado nada.",
}
