"""What MJML and mail HTML we know: tags, where they may stand, and their attributes.

The compiler drops what it does not know without a word; this table is why we can say so instead. It follows
MJML 4.15, less what our compiler draws differently (see REFUSED).
"""

_PADDING = "padding padding-top padding-right padding-bottom padding-left"
_BLOCK = f"{_PADDING} css-class mj-class container-background-color"
_FONT = "color font-family font-size font-style font-weight letter-spacing line-height text-align text-decoration text-transform"
_BORDER = "border border-top border-right border-bottom border-left border-radius"
_BACKGROUND = (
    "background-color background-url background-repeat background-size background-position background-position-x background-position-y"
)
_SECTION = f"{_PADDING} {_BORDER} {_BACKGROUND} css-class mj-class direction full-width text-align text-padding"


def _words(*parts: str) -> frozenset[str]:
    return frozenset(" ".join(parts).split())


ATTRIBUTES: dict[str, frozenset[str]] = {
    "mjml": _words("lang dir owa"),
    "mj-head": frozenset(),
    "mj-attributes": frozenset(),
    "mj-breakpoint": _words("width"),
    "mj-preview": frozenset(),
    "mj-title": frozenset(),
    "mj-style": _words("inline"),
    "mj-raw": _words("position"),
    "mj-body": _words("width background-color css-class mj-class"),
    "mj-wrapper": _words(_SECTION),
    "mj-section": _words(_SECTION),
    "mj-group": _words("width vertical-align background-color direction css-class mj-class"),
    "mj-column": _words(
        _PADDING, _BORDER, "background-color width vertical-align direction css-class mj-class",
        "inner-background-color inner-border inner-border-top inner-border-right inner-border-bottom inner-border-left inner-border-radius",
    ),
    "mj-hero": _words(
        _PADDING, _BACKGROUND, "mode width height vertical-align border-radius css-class mj-class inner-background-color",
        "background-width background-height inner-padding container-background-color",
    ),
    "mj-text": _words(_BLOCK, _FONT, "align background-color height vertical-align"),
    "mj-image": _words(
        _BLOCK, _BORDER, "align alt fluid-on-mobile font-size height href max-height name rel sizes src srcset target title usemap width"
    ),
    "mj-button": _words(
        _BLOCK, _BORDER, _FONT, "align background-color height href inner-padding name rel target title vertical-align width"
    ),
    "mj-divider": _words(_BLOCK, "align border-color border-style border-width width"),
    "mj-spacer": _words(_BLOCK, "height"),
    "mj-table": _words(
        _BLOCK, "align border cellpadding cellspacing color font-family font-size font-style font-weight line-height role table-layout",
        "vertical-align width",
    ),
    "mj-social": _words(
        _BLOCK, "align border-radius color font-family font-size font-style font-weight icon-height icon-padding icon-size inner-padding",
        "line-height mode table-layout text-decoration text-padding vertical-align",
    ),
    "mj-social-element": _words(
        _PADDING, "align alt background-color border-radius color css-class font-family font-size font-style font-weight href icon-height",
        "icon-padding icon-size line-height mj-class name rel sizes src srcset target text-decoration text-padding title vertical-align",
    ),
    "mj-navbar": _words(
        _BLOCK, "align base-url hamburger ico-align ico-close ico-color ico-font-family ico-font-size ico-line-height ico-open",
        "ico-padding ico-padding-top ico-padding-right ico-padding-bottom ico-padding-left ico-text-decoration ico-text-transform",
    ),
    "mj-navbar-link": _words(_PADDING, _FONT, "css-class mj-class href name rel target"),
    "mj-accordion": _words(
        _BLOCK, "border font-family icon-align icon-height icon-position icon-unwrapped-alt icon-unwrapped-url icon-width",
        "icon-wrapped-alt icon-wrapped-url",
    ),
    "mj-accordion-element": _words(
        "background-color border css-class font-family icon-align icon-height icon-position icon-unwrapped-alt icon-unwrapped-url",
        "icon-width icon-wrapped-alt icon-wrapped-url mj-class",
    ),
    "mj-accordion-title": _words(_PADDING, "background-color color css-class font-family font-size font-weight mj-class"),
    "mj-accordion-text": _words(
        _PADDING, "background-color color css-class font-family font-size font-weight letter-spacing line-height mj-class"
    ),
}  # fmt: skip

_CONTENT = _words("mj-text mj-image mj-button mj-divider mj-spacer mj-table mj-social mj-navbar mj-accordion mj-raw")
CHILDREN: dict[str, frozenset[str]] = {
    "mjml": _words("mj-head mj-body"),
    "mj-head": _words("mj-attributes mj-breakpoint mj-preview mj-raw mj-style mj-title"),
    "mj-body": _words("mj-wrapper mj-section mj-hero mj-raw"),
    "mj-wrapper": _words("mj-section mj-hero mj-raw"),
    "mj-section": _words("mj-column mj-group"),
    "mj-group": _words("mj-column"),
    "mj-column": _CONTENT,
    "mj-hero": _CONTENT,
    "mj-social": _words("mj-social-element"),
    "mj-navbar": _words("mj-navbar-link"),
    "mj-accordion": _words("mj-accordion-element"),
    "mj-accordion-element": _words("mj-accordion-title mj-accordion-text"),
}
LIQUID_BETWEEN = frozenset({"mj-body", "mj-wrapper", "mj-column"})
"""Where a personal condition may stand between elements; elsewhere the number of columns would be counted wrong."""
HTML_INSIDE = _words("mj-text mj-button mj-table mj-raw mj-navbar-link mj-social-element mj-accordion-title mj-accordion-text")

REFUSED: dict[str, tuple[str, str]] = {
    "mj-include": ("un correo no lee ficheros", "a mail reads no files"),
    "mj-font": ("los tipos de letra no se traen de fuera", "fonts are not fetched from outside"),
    "mj-html-attributes": ("nuestro compilador no la entiende", "our compiler does not understand it"),
    "mj-carousel": ("pocos programas de correo la muestran", "few mail programs show it"),
    "script": ("un correo no ejecuta nada", "a mail runs nothing"),
    "link": ("un correo no trae estilos de fuera", "a mail fetches no styles"),
    "style": ("los estilos van en <mj-style>", "styles go into <mj-style>"),
    "svg": ("usa una imagen PNG o JPEG", "use a PNG or JPEG picture"),
    "iframe": ("los programas de correo la quitan", "mail programs remove it"),
    "form": ("los programas de correo la quitan", "mail programs remove it"),
}
REFUSED_ATTRIBUTES = {
    ("mj-wrapper", "gap"),
    ("mj-section", "gap"),
    ("mj-social", "icon-position"),
    ("mj-social-element", "icon-position"),
}

HTML_TAGS = _words(
    "a abbr b big blockquote br caption center cite code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark",
    "meta ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead time tr u ul wbr",
)
_ANYWHERE = "style class id title lang dir align role width height bgcolor valign hidden"
HTML_ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": _words("href target rel name"),
    "img": _words("src alt border srcset sizes"),
    "table": _words("border cellpadding cellspacing summary"),
    "td": _words("colspan rowspan nowrap headers scope"),
    "th": _words("colspan rowspan nowrap headers scope abbr"),
    "col": _words("span"),
    "colgroup": _words("span"),
    "font": _words("color face size"),
    "meta": _words("name content"),
    "ol": _words("start type reversed"),
    "ul": _words("type"),
    "li": _words("value type"),
    "time": _words("datetime"),
    "blockquote": _words("cite"),
    "q": _words("cite"),
    "br": _words("clear"),
    "hr": _words("size noshade color"),
}
HTML_COMMON = _words(_ANYWHERE)
