"""What other programs call somebody who left, or whose address failed: such a row brings nobody in, it is noted as what it says.

Mailchimp: subscribed, unsubscribed, nonsubscribed, cleaned. Brevo: blocklisted, yes or no. listmonk: enabled, disabled, blocklisted.
"""

from mailflow.audience.importing.columns import plain
from mailflow.audience.importing.words import Outcome

_WORDS: dict[Outcome, str] = {
    Outcome.LEFT_THERE: "unsubscribed,left,opted out,optedout,opt out,optout,blocklisted,blacklisted,disabled,baja,de baja,dado de baja,"
    "dada de baja,desuscrito,desuscrita,bloqueado,bloqueada,desactivado,desactivada,yes,si,true,1",
    Outcome.NOT_IN_THERE: "nonsubscribed,non subscribed,unconfirmed,pending,transactional,archived,pendiente,sin confirmar,no suscrito,"
    "no suscrita,archivado,archivada",
    Outcome.BOUNCED_THERE: "cleaned,bounced,hard bounce,hardbounce,hard bounced,hardbounced,invalid,rebotado,rebotada,rebote",
}
_OUTCOMES = {word: outcome for outcome, words in _WORDS.items() for word in words.split(",")}


def standing(cell: str) -> Outcome | None:
    """What a cell of a status column makes of its row; None for who is in, and for words that nobody knows."""
    return _OUTCOMES.get(plain(cell.replace("-", " ")))
