"""Why an installation is not moved, and what the one who asked is told."""

from mailflow.cli.speech import Refused
from mailflow.foundation.language import Words


class MoveError(Refused):
    """Why nothing was moved; both databases are as they were."""


ONLY_UPWARDS: Words = {
    "en": "This moves from SQLite to PostgreSQL: write where to, such as "
    "postgresql+psycopg://mailflow:password@db.my-shop.example/mailflow. Backup and restore lead the other way.",
    "es": "Esto lleva los datos de SQLite a PostgreSQL: escribe adónde, por ejemplo "
    "postgresql+psycopg://mailflow:clave@db.mi-tienda.example/mailflow. En el otro sentido llevan backup y restore.",
}
OTHER_SHAPE: Words = {
    "en": "The tables are of another version: run “mailflow db upgrade” first.",
    "es": "Las tablas son de otra versión: ejecuta antes «mailflow db upgrade».",
}
NOT_EMPTY: Words = {
    "en": "There is something in that database already; a move needs an empty one. Make a new one (createdb) or choose another.",
    "es": "En esa base de datos ya hay algo; hace falta una vacía. Crea una nueva (createdb) o elige otra.",
}
HELD: Words = {
    "en": "These data are held, since they are a copy. Look at them in the studio and release them first.",
    "es": "Estos datos están retenidos porque son una copia. Míralos en el estudio y libéralos antes.",
}
RUNS: Words = {
    "en": "mailflow is at work on these data. Stop it first (Ctrl-C, or your system's way), then move.",
    "es": "mailflow está trabajando con estos datos. Detenlo antes (Ctrl-C, o como lo haga tu sistema) y llévalos después.",
}
IN_DOUBT: Words = {
    "en": "{count} messages were in the hands of a sender that ended badly. "
    "Start mailflow once more, so that it settles them, and stop it with Ctrl-C.",
    "es": "{count} mensajes quedaron en manos de un emisor que acabó mal. "
    "Arranca mailflow una vez más para que los resuelva y detenlo con Ctrl-C.",
}
DIFFERS: Words = {
    "en": "{count} rows of the table {table} are not the same in both. Nothing was moved; please tell us about it.",
    "es": "{count} filas de la tabla {table} no son iguales en las dos. No se ha llevado nada; por favor, cuéntanoslo.",
}
NO_ANSWER: Words = {
    "en": "A database did not answer: {why}. Nothing was moved.",
    "es": "Una base de datos no respondió: {why}. No se ha llevado nada.",
}
MOVED_ALREADY: Words = {
    "en": "These data were moved to PostgreSQL already. To go on here instead, and give up what happened there: mailflow db stay.",
    "es": "Estos datos ya se llevaron a PostgreSQL. Para seguir aquí y renunciar a lo ocurrido allí: mailflow db stay.",
}
COMPARED: Words = {"en": "{table}: {rows} rows, all the same", "es": "{table}: {rows} filas, todas iguales"}
DONE: Words = {
    "en": """
{rows} rows were moved and compared one by one. The old database is kept, and nothing starts on it any more.

On this computer, and on each that joins, set
  MAILFLOW_DATABASE_URL   to the address you just gave
  MAILFLOW_SECRET_KEY     {secret}
and start mailflow again.""",
    "es": """
Se han llevado {rows} filas y comparado una a una. La base de datos antigua se conserva y ya nada arranca con ella.

En este ordenador, y en cada uno que se una, pon
  MAILFLOW_DATABASE_URL   con la dirección que acabas de dar
  MAILFLOW_SECRET_KEY     {secret}
y arranca mailflow de nuevo.""",
}
SECRET_IN_FILE: Words = {
    "en": "to what stands in {home}/secret.key (keep it as you keep a password)",
    "es": "con lo que hay en {home}/secret.key (guárdalo como una contraseña)",
}
SECRET_AS_SET: Words = {"en": "to what it is set to here", "es": "con lo que ya tiene aquí"}
NOT_MOVED: Words = {
    "en": "These data were not moved: nothing was changed.",
    "es": "Estos datos no se han llevado a ningún sitio: nada ha cambiado.",
}
STAYS: Words = {
    "en": "mailflow goes on with these data. Take care that nothing starts on the other ones: people would get mails twice.",
    "es": "mailflow sigue con estos datos. Cuida de que nada arranque con los otros: habría quien recibiera correos dos veces.",
}
