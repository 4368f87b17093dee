"""What other programs call somebody who left, complained, or whose address failed: such a row brings nobody in, it is noted as told.

Mailchimp: subscribed, unsubscribed, nonsubscribed, cleaned. Brevo: blocklisted, yes or no. listmonk: enabled, disabled, blocklisted.
"""

from mailflow.audience.importing.columns import plain
from mailflow.audience.importing.words import Outcome

_WORDS: dict[Outcome, str] = {
    Outcome.LEFT_THERE: "unsubscribed,left,opted out,optedout,opt out,optout,blocklisted,blacklisted,disabled,baja,de baja,dado de baja,"
    "dada de baja,desuscrito,desuscrita,bloqueado,bloqueada,desactivado,desactivada,yes,si,true,1,unsub,unsubscribe,cancelled,canceled,"
    "suppressed,blocked,removed,deleted,inactive,cancelado,cancelada,eliminado,eliminada,inactivo,inactiva,suprimido,suprimida",
    Outcome.NOT_IN_THERE: "nonsubscribed,non subscribed,unconfirmed,pending,transactional,archived,pendiente,sin confirmar,no suscrito,"
    "no suscrita,archivado,archivada,never subscribed,not subscribed,nunca suscrito,nunca suscrita",
    Outcome.BOUNCED_THERE: "cleaned,bounced,hard bounce,hardbounce,hard bounced,hardbounced,invalid,rebotado,rebotada,rebote,hard bounces,"
    "rebote duro,invalido,invalida",
    Outcome.COMPLAINED_THERE: "complained,complaint,complaints,complainer,spam,junk,abuse,abuse complaint,spam complaint,spam complaints,"
    "spam report,spam reported,reported spam,reported as spam,marked as spam,queja,quejas,denuncia,denunciado,denunciada,correo no deseado",
}
_WORDS_IN = (
    "subscribed,active,enabled,confirmed,opted in,optedin,opt in,optin,double opt in,single opt in,member,valid,verified,no,false,0,"
    "suscrito,suscrita,activo,activa,activado,activada,alta,de alta,dado de alta,dada de alta,confirmado,confirmada,verificado,verificada,"
    "valido,valida"
)
_IN = frozenset(_WORDS_IN.split(","))
_OUTCOMES = {word: outcome for outcome, words in _WORDS.items() for word in words.split(",")}


def standing(cell: str) -> Outcome | None:
    """What a cell of a status column makes of its row; None for who is in. A word that nobody knows lets nobody in."""
    word = plain(cell.replace("-", " "))
    return None if not word or word in _IN else _OUTCOMES.get(word, Outcome.UNKNOWN_THERE)
