"""The provinces and autonomous cities of Spain, by ISO 3166-2 code."""

_NAMES = """
C A Coruña|VI Álava|AB Albacete|A Alicante|AL Almería|O Asturias|AV Ávila|BA Badajoz|PM Baleares|B Barcelona|BI Bizkaia
BU Burgos|CC Cáceres|CA Cádiz|S Cantabria|CS Castellón|CE Ceuta|CR Ciudad Real|CO Córdoba|CU Cuenca|SS Gipuzkoa|GI Girona
GR Granada|GU Guadalajara|H Huelva|HU Huesca|J Jaén|RI La Rioja|GC Las Palmas|LE León|L Lleida|LU Lugo|M Madrid|MA Málaga
ML Melilla|MU Murcia|NA Navarra|OR Ourense|P Palencia|PO Pontevedra|SA Salamanca|TF Santa Cruz de Tenerife|SG Segovia
SE Sevilla|SO Soria|T Tarragona|TE Teruel|TO Toledo|V Valencia|VA Valladolid|ZA Zamora|Z Zaragoza
"""
_ENGLISH = {"ES-SE": "Seville", "ES-PM": "Balearic Islands", "ES-NA": "Navarre"}


def province_options() -> list[dict[str, object]]:
    """The options of the field "place", in the order of their Spanish names, with "other" at the end."""
    pairs = [entry.split(" ", 1) for entry in _NAMES.replace("\n", "|").split("|") if entry]
    options: list[dict[str, object]] = [_option(f"ES-{code}", name) for code, name in pairs]
    return [*options, {"key": "other", "label": {"es": "Otro lugar", "en": "Somewhere else"}}]


def _option(key: str, name: str) -> dict[str, object]:
    return {"key": key, "label": {"es": name, "en": _ENGLISH.get(key, name)}}
