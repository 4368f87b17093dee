"""The sentences about what is wrong with a mail's source, in both languages; the one place to correct them."""

from mailflow.content.words import CompileError, Fault

_SENTENCES: dict[str, tuple[str, str]] = {
    "empty": ("No hay nada escrito todavía.", "Nothing is written yet."),
    "too-long": ("Ocupa {size} kB; el máximo son {limit} kB.", "It is {size} kB long; the most is {limit} kB."),
    "too-long-whole": ("En total ocupa {size} kB; el máximo son {limit} kB.", "In all it is {size} kB long; the most is {limit} kB."),
    "control": ("Hay un carácter invisible que un correo no puede llevar.", "There is an invisible character that a mail cannot carry."),
    "deep": ("Hay más de {limit} etiquetas una dentro de otra.", "More than {limit} tags are nested inside each other."),
    "broken-tag": ("Aquí una etiqueta no termina bien; escribe «<» como &lt;.", "A tag does not end well here; write “<” as &lt;."),
    "declaration": ("No se admiten DOCTYPE, ENTITY ni instrucciones «<?».", "DOCTYPE, ENTITY and “<?” instructions are not allowed."),
    "unclosed": ("<{tag}> se abre y no se cierra.", "<{tag}> is opened and never closed."),
    "unopened": ("</{tag}> cierra algo que no está abierto.", "</{tag}> closes something that is not open."),
    "unknown-tag": ("No conocemos la etiqueta <{tag}>.", "We do not know the tag <{tag}>."),
    "refused-tag": ("<{tag}> no se admite: {why_es}.", "<{tag}> is not allowed: {why_en}."),
    "misplaced": ("<{tag}> no puede ir dentro de <{parent}>.", "<{tag}> cannot stand inside <{parent}>."),
    "unknown-attribute": ("<{tag}> no tiene el atributo «{name}».", "<{tag}> has no attribute “{name}”."),
    "refused-attribute": ("«{name}» no se admite en un correo.", "“{name}” is not allowed in a mail."),
    "stray-text": ("Texto suelto dentro de <{parent}>; ponlo en <mj-text>.", "Loose text inside <{parent}>; put it into <mj-text>."),
    "stray-liquid": ("Una condición no puede ir aquí, dentro de <{parent}>.", "A condition cannot stand here, inside <{parent}>."),
    "not-mjml": ("El correo tiene que empezar por <mjml> y llevar un <mj-body>.", "The mail must begin with <mjml> and have an <mj-body>."),
    "address": (
        "«{url}» no sirve como enlace: debe empezar por https://, http://, mailto: o tel:.",
        "“{url}” cannot be a link: it must begin with https://, http://, mailto: or tel:.",
    ),
    "picture": ("La imagen «{url}» debe tener una dirección completa (https://…).", "The picture “{url}” needs a full address (https://…)."),
    "style": ("El estilo lleva «{name}», que no se admite en un correo.", "The style holds “{name}”, which is not allowed in a mail."),
    "liquid-open": ("Una etiqueta {{{{ … }}}} o {{% … %}} no se cierra.", "A tag {{{{ … }}}} or {{% … %}} is not closed."),
    "liquid-block": (
        "{{% {name} %}} se abre y no se cierra: falta {{% end{name} %}}.",
        "{{% {name} %}} is opened and never closed: {{% end{name} %}} is missing.",
    ),
    "liquid-closing": (
        "{{% {name} %}} está de más, o falta lo que debía ir antes.",
        "{{% {name} %}} does not belong here, or what it closes is missing.",
    ),
    "liquid-tag": ("No existe la etiqueta {{% {name} %}}.{hint_es}", "There is no tag {{% {name} %}}.{hint_en}"),
    "liquid-filter": ("No existe el filtro «{name}».{hint_es}", "There is no filter “{name}”.{hint_en}"),
    "liquid-missing": ("Falta algo en «{tag}».", "Something is missing in “{tag}”."),
    "liquid-quotes": (
        "Las comillas de «{tag}» no valen: escribe dos comillas rectas, \"así\".",
        "The quotes in “{tag}” do not serve: write two straight ones, \"like this\".",
    ),
    "liquid-equals": ("En «{tag}», para comparar se escribe == y no =.", "In “{tag}”, comparing is written ==, not =."),
    "liquid-sense": ("No se entiende «{tag}».", "“{tag}” cannot be understood."),
    "liquid-limit": (
        "La etiqueta personal da demasiadas vueltas o escribe demasiado; simplifícala.",
        "The personal tag goes round too often or writes too much; make it simpler.",
    ),
    "tag-zero": ("«{tag}» divide entre cero.", "“{tag}” divides by zero."),
    "tag-kind": ("«{tag}» espera un valor de otra clase, un número por ejemplo.", "“{tag}” expects another kind of value, a number say."),
    "tag-value": ("«{tag}» no se puede escribir con ese valor.", "“{tag}” cannot be written with that value."),
    "not-made": (
        "El correo no se pudo hacer por algo nuestro; el registro lo cuenta.",
        "The mail could not be made for a fault of ours; the log tells it.",
    ),
    "unknown-field": ("No hay ningún dato «subscriber.{name}».{hint_es}", "There is no value “subscriber.{name}”.{hint_en}"),
    "unknown-name": ("No conocemos el dato «{name}».{hint_es}", "We do not know the value “{name}”.{hint_en}"),
    "template": ("La plantilla tiene un error: {detail}", "The template has an error: {detail}"),
    "no-template": ("No existe la plantilla «{name}».", "There is no template “{name}”."),
    "required": ("Falta rellenar «{label_es}».", "“{label_en}” is not filled in."),
    "slot-kind": ("«{label_es}» no tiene la forma esperada.", "“{label_en}” does not have the expected form."),
    "compiler": ("No se pudo convertir a HTML: {detail}", "It could not be turned into HTML: {detail}"),
    "time": ("Tardó más de {seconds} segundos; simplifica el correo.", "It took more than {seconds} seconds; make the mail simpler."),
    "memory": ("Necesita demasiada memoria; simplifica el correo.", "It needs too much memory; make the mail simpler."),
    "died": ("Es demasiado complicado; simplifica el correo.", "It is too complicated; make the mail simpler."),
    "subject": ("El asunto está vacío.", "The subject is empty."),
}  # fmt: skip


def fault(word: str, where: str, line: int | None = None, **facts: object) -> Fault:
    """The fault named ``word`` with its facts filled in."""
    spanish, english = _SENTENCES[word]
    return Fault({"es": spanish.format(**facts), "en": english.format(**facts)}, line, where)


def refuse(word: str, where: str, line: int | None = None, **facts: object) -> CompileError:
    """An error with that one fault, to be raised."""
    return CompileError((fault(word, where, line, **facts),))
