"""What ``mailflow import`` says."""

from collections.abc import Mapping

from mailflow.cli.speech import Refused
from mailflow.foundation.language import Words

FAULTS: Mapping[str, Words] = {
    "missing": {"en": "There is no file {file}.", "es": "No existe el archivo {file}."},
    "no-file": {
        "en": "Name a CSV or Excel file, or an interrupted import with --resume. Interrupted ones: {open}.",
        "es": "Indica un archivo CSV o de Excel, o una importación interrumpida con --resume. Interrumpidas: {open}.",
    },
    "empty": {"en": "{file} is empty.", "es": "{file} está vacío."},
    "not-text": {
        "en": "{file} is no text; save it as CSV or as an Excel file.",
        "es": "{file} no es texto; guárdalo como CSV o como archivo de Excel.",
    },
    "no-workbook": {"en": "{file} is no Excel file that can be read.", "es": "{file} no es un archivo de Excel que se pueda leer."},
    "damaged": {
        "en": "{file} is damaged, or locked with a password; save it again.",
        "es": "{file} está dañado o protegido con contraseña; guárdalo de nuevo.",
    },
    "broken": {
        "en": "Something in {file} stopped the import; the log says what it was.",
        "es": "Algo en {file} detuvo la importación; el registro dice qué fue.",
    },
    "too-large": {"en": "{file} is too large: split it.", "es": "{file} es demasiado grande: divídelo."},
    "no-columns": {"en": "The first line of {file} names no columns.", "es": "La primera línea de {file} no nombra columnas."},
    "too-many-columns": {"en": "{file} has too many columns (200 at most).", "es": "{file} tiene demasiadas columnas (200 como mucho)."},
    "no-addresses": {
        "en": 'No column of {file} holds addresses. Its columns: {columns}. Name it: --column "name=email".',
        "es": 'Ninguna columna de {file} tiene direcciones. Sus columnas: {columns}. Indícala: --column "nombre=email".',
    },
    "no-list": {"en": "There is no list “{slug}”. There are: {lists}.", "es": "No existe la lista «{slug}». Hay: {lists}."},
    "no-column": {
        "en": '--column "{said}": write the column\'s name, =, and what it holds. Columns: {columns}. They may hold: {targets}.',
        "es": '--column "{said}": escribe el nombre de la columna, = y lo que contiene. Columnas: {columns}. Pueden ser: {targets}.',
    },
    "not-stopped": {
        "en": "Import {number} was not interrupted. Interrupted ones: {open}.",
        "es": "La importación {number} no está interrumpida. Interrumpidas: {open}.",
    },
    "not-back": {
        "en": "Import {number} cannot be taken back. Those that can: {open}.",
        "es": "La importación {number} no se puede deshacer. Se pueden deshacer: {open}.",
    },
    "forgotten": {
        "en": "The rows of import {number} were deleted: nobody can tell any more what to take back.",
        "es": "Las filas de la importación {number} ya se borraron: no se puede saber qué deshacer.",
    },
    "no-wording": {
        "en": "Say with --wording where and how these people agreed: it is kept with each of them as proof.",
        "es": "Di con --wording dónde y cómo aceptaron estas personas: se guarda con cada una como prueba.",
    },
}
COLUMN: Words = {"en": "  column “{name}” → {target}", "es": "  columna «{name}» → {target}"}
IGNORED: Words = {"en": "not used", "es": "no se usa"}
WOULD: Words = {"en": "{rows} rows. This would happen:", "es": "{rows} filas. Esto pasaría:"}
DID: Words = {"en": "Done. {rows} rows:", "es": "Hecho. {rows} filas:"}
STOPPED: Words = {"en": "Stopped. {rows} rows; this much was done:", "es": "Parada. {rows} filas; se llegó hasta aquí:"}
BACK: Words = {"en": "Taken back:", "es": "Deshecha:"}
READING: Words = {"en": "  {rows} rows read", "es": "  {rows} filas leídas"}
PROGRESS: Words = {"en": "  {done} of {rows} rows", "es": "  {done} de {rows} filas"}
SURE: Words = {"en": "Bring them in? [y/N]", "es": "¿Importar? [s/N]"}
UNTOUCHED: Words = {"en": "Nobody came in.", "es": "No se ha importado a nadie."}
REPORT: Words = {"en": "Row by row: {file}", "es": "Fila a fila: {file}"}
NUMBER: Words = {
    "en": "This is import {number}; if it is interrupted, go on with: mailflow import --resume {number}",
    "es": "Es la importación {number}; si se interrumpe, sigue con: mailflow import --resume {number}",
}
OUTCOMES: Mapping[str, Words] = {
    "new": {"en": "new people", "es": "personas nuevas"},
    "joined": {"en": "known people who join this list", "es": "personas conocidas que entran en esta lista"},
    "completed": {"en": "in the list already; something new is known of them", "es": "ya en la lista; se completa lo que se sabe"},
    "known": {"en": "in the list already, nothing new", "es": "ya en la lista, nada nuevo"},
    "twice": {"en": "the same address again: its first row counts", "es": "la misma dirección otra vez: cuenta la primera fila"},
    "left": {"en": "left this list, and stay out", "es": "se dieron de baja de esta lista, y siguen fuera"},
    "suppressed": {"en": "get nothing: bounced, complained or erased", "es": "no reciben nada: rebotaron, se quejaron o se borraron"},
    "left-there": {"en": "had left where the file comes from: noted", "es": "de baja en el programa de origen: queda anotado"},
    "not-in-there": {"en": "had never agreed where the file comes from", "es": "nunca aceptaron en el programa de origen"},
    "bounced-there": {"en": "bounced where the file comes from: noted", "es": "rebotaban en el programa de origen: queda anotado"},
    "complained-there": {"en": "complained where the file comes from: blocked", "es": "se quejaron en el programa de origen: bloqueadas"},
    "unknown-there": {"en": "a status nobody knows: left out", "es": "con un estado que no se conoce: se quedan fuera"},
    "no-address": {"en": "no address", "es": "sin dirección"},
    "bad-address": {"en": "no possible address", "es": "dirección imposible"},
    "look-alike": {"en": "letters that look like others (а for a)", "es": "letras que parecen otras (а por a)"},
    "typo": {"en": "probably mistyped (gmial.com)", "es": "probablemente mal escrita (gmial.com)"},
    "role": {"en": "an office's address (info@)", "es": "dirección de un departamento (info@)"},
    "disposable": {"en": "addresses for one day", "es": "direcciones de usar y tirar"},
    "unreadable": {"en": "rows that could not be read", "es": "filas que no se han podido leer"},
}

TAKEN_BACK: Mapping[str, Words] = {
    "people": {"en": "people who came by it and did nothing since: deleted", "es": "personas que trajo y no han hecho nada: borradas"},
    "places": {"en": "people who are no longer in the list", "es": "personas que ya no están en la lista"},
    "values": {"en": "values that it filled in: emptied", "es": "datos que rellenó: vaciados"},
    "values-kept": {"en": "values changed since: left as they are", "es": "datos cambiados después: quedan como están"},
    "kept": {"en": "people who came by it and did something since: they stay", "es": "personas que trajo y ya han hecho algo: se quedan"},
    "places-kept": {
        "en": "people who left or agreed by themselves since: left as they are",
        "es": "personas que se dieron de baja o aceptaron por sí mismas después: quedan como están",
    },
}


class NotImportedError(Refused):
    """Why nothing is imported."""

    def __init__(self, fault: str, **values: object) -> None:
        """One of the faults above, with what its sentence names."""
        super().__init__(FAULTS[fault], **values)
