"""What is looked at and what may be found, each with its remedy."""

from dataclasses import dataclass, field

from mailflow.foundation.language import Words


@dataclass(frozen=True)
class Finding:
    """One line: well, or what is wrong and how to mend it."""

    well: bool
    words: Words
    values: dict[str, object] = field(default_factory=dict)


def well(words: Words, **values: object) -> Finding:
    """Nothing to do."""
    return Finding(True, words, values)


def to_mend(words: Words, **values: object) -> Finding:
    """Something to do, and what."""
    return Finding(False, words, values)


SETTINGS: Words = {"en": "settings: all can be", "es": "ajustes: todos valen"}
SETTINGS_BAD: Words = {"en": "settings: {why}", "es": "ajustes: {why}"}
MAIL_URL_BAD: Words = {
    "en": "mail: {why} Set MAILFLOW_MAIL_URL or the file of MAILFLOW_MAIL_ROUTES right.",
    "es": "correo: {why} Corrige MAILFLOW_MAIL_URL o el archivo de MAILFLOW_MAIL_ROUTES.",
}
DATABASE: Words = {"en": "database: answers ({kind})", "es": "base: responde ({kind})"}
DATABASE_AWAY: Words = {
    "en": "database: does not answer ({why}). Check MAILFLOW_HOME and MAILFLOW_DATABASE_URL, and that its server runs.",
    "es": "base: no responde ({why}). Revisa MAILFLOW_HOME y MAILFLOW_DATABASE_URL, y que su servidor esté en marcha.",
}
TABLES: Words = {"en": "tables: of this version ({shape})", "es": "tablas: de esta versión ({shape})"}
TABLES_OTHER: Words = {
    "en": "tables: not of this version ({found}, not {wanted}). Older: run “mailflow db upgrade”. Newer: install that version.",
    "es": "tablas: no son de esta versión ({found}, no {wanted}). Si son anteriores, «mailflow db upgrade»; si no, instala esa versión.",
}
TABLES_MOVED: Words = {
    "en": "tables: these data were moved to PostgreSQL. Set MAILFLOW_DATABASE_URL to where they are now, or “mailflow db stay”.",
    "es": "tablas: estos datos se llevaron a PostgreSQL. Pon MAILFLOW_DATABASE_URL a donde están ahora, o «mailflow db stay».",
}
SHARED: Words = {"en": "large work: shared by all schedulers", "es": "trabajo grande: se reparte entre todos los relojes"}
NOT_SHARED: Words = {
    "en": "large work: done by the scheduler that leads. To share it among all: python -m pip install procrastinate, “mailflow db upgrade”",
    "es": "trabajo grande: lo hace el reloj que manda. Para repartirlo: python -m pip install procrastinate, «mailflow db upgrade»",
}
UNSHARED: Words = {
    "en": "large work: Procrastinate is installed and has no tables here: run “mailflow db upgrade”, then start the schedulers anew.",
    "es": "trabajo grande: Procrastinate está instalado y aquí no tiene tablas: «mailflow db upgrade» y arranca de nuevo los relojes.",
}
FREE: Words = {"en": "fence: this database is no copy", "es": "cerca: esta base no es una copia"}
HELD: Words = {
    "en": "fence: nothing leaves, since this database or data folder is a copy. Look at what waits, then “mailflow release”.",
    "es": "cerca: no sale nada, porque esta base o carpeta es una copia. Mira qué espera y luego «mailflow release».",
}
DISK: Words = {"en": "disk: {free} free", "es": "disco: {free} libres"}
DISK_FULL: Words = {
    "en": "disk: only {free} free; nothing is sent until there are 500 MB and a tenth of the disk. Make room.",
    "es": "disco: solo {free} libres; no se envía nada hasta que haya 500 MB y una décima parte. Haz sitio.",
}
OPEN_FOLDER: Words = {
    "en": "data folder: others on this computer may look into {home}. It holds personal data and keys: chmod 700 {home}",
    "es": "carpeta de datos: otros de este ordenador pueden mirar en {home}. Guarda datos personales y claves: chmod 700 {home}",
}
FOLDER: Words = {"en": "data folder: {home}, nobody else may look in", "es": "carpeta de datos: {home}, nadie más puede mirar"}
CLOCK: Words = {"en": "clock: agrees with what is written down", "es": "reloj: coincide con lo anotado"}
CLOCK_WRONG: Words = {
    "en": "clock: {seconds} s from the database's. Campaigns leave by it: let this computer set its clock by the network (NTP).",
    "es": "reloj: a {seconds} s del de la base. Las campañas salen según él: deja que se ajuste por red (NTP).",
}
KEYS: Words = {"en": "keys: open with this secret", "es": "claves: se abren con este secreto"}
KEYS_CLOSED: Words = {
    "en": "keys: do not open with this secret, so no link works. Set MAILFLOW_SECRET_KEY, or secret.key, to what it was.",
    "es": "claves: no se abren con este secreto y ningún enlace funciona. Pon MAILFLOW_SECRET_KEY, o secret.key, al que era.",
}
SANDBOX: Words = {
    "en": "mail: stays in the studio's test inbox. To really send, set MAILFLOW_MAIL_URL.",
    "es": "correo: se queda en la bandeja de pruebas. Para enviar de verdad, pon MAILFLOW_MAIL_URL.",
}
SERVER: Words = {"en": "mail server {server}: takes our connection", "es": "servidor de correo {server}: acepta la conexión"}
SERVER_AWAY: Words = {
    "en": "mail server {server}: {why}. Check host, port, user, password and tls in MAILFLOW_MAIL_URL.",
    "es": "servidor de correo {server}: {why}. Revisa servidor, puerto, usuario, contraseña y tls en MAILFLOW_MAIL_URL.",
}
PLAIN: Words = {
    "en": "mail server {server}: nothing is encrypted on the way there. Use tls=starttls or tls=implicit.",
    "es": "servidor de correo {server}: nada va cifrado hasta allí. Usa tls=starttls o tls=implicit.",
}
ADDRESS: Words = {"en": "address: links lead to {url}", "es": "dirección: los enlaces llevan a {url}"}
ADDRESS_OWN: Words = {
    "en": "address: mail really leaves, and its links lead to {url}, which only this computer knows. Set MAILFLOW_BASE_URL.",
    "es": "dirección: el correo sale de verdad y sus enlaces llevan a {url}, que solo conoce este ordenador. Pon MAILFLOW_BASE_URL.",
}
ADDRESS_PLAIN: Words = {
    "en": "address: {url} is not encrypted. Put a web server with TLS in front and set MAILFLOW_BASE_URL to https://…",
    "es": "dirección: {url} no va cifrada. Pon delante un servidor web con TLS y MAILFLOW_BASE_URL a https://…",
}
ZONES: Words = {"en": "zones: data {version}, {zone} is known", "es": "zonas: datos {version}, {zone} es conocida"}
ZONE_LOST: Words = {
    "en": "zones: {zone} is in no zone data of this computer. Install tzdata, or choose another zone in Settings.",
    "es": "zonas: {zone} no está en los datos de este ordenador. Instala tzdata o elige otra zona en Ajustes.",
}
SENDERS: Words = {"en": "senders: {count} at work", "es": "emisores: {count} en marcha"}
NO_SENDER: Words = {
    "en": "senders: none is at work, so nothing leaves. Start “mailflow run”, or “mailflow worker”.",
    "es": "emisores: no hay ninguno en marcha y no sale nada. Inicia «mailflow run» o «mailflow worker».",
}
SENDERS_HELD: Words = {
    "en": "senders: all hold back ({why}). The delivery page says what to do.",
    "es": "emisores: todos se contienen ({why}). La página de entrega dice qué hacer.",
}
CONSENT: Words = {"en": "consent: lists and levels are what people said", "es": "consentimiento: listas y niveles son lo que se dijo"}
CONSENT_DIFFERS: Words = {
    "en": "consent: {count} of the people heard of lately stand otherwise than they said ({people}). Look at their pages.",
    "es": "consentimiento: {count} de las últimas personas no están como dijeron ({people}). Mira sus fichas.",
}
