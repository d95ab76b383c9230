"""What people call the columns of a media list, in English, French, Spanish, German and Portuguese."""

from __future__ import annotations

import unicodedata
from types import MappingProxyType

_EMAIL = """
email emailaddress mail eaddress courriel adresseemail adressemail adresseelectronique mel correo correoelectronico correoe
emailadresse mailadresse endereco enderecodeemail correioeletronico correio
"""
_NAME = """
name fullname contact contactname journalist reporter nom nomcomplet nometprenom nombre nombrecompleto nombreyapellidos
vorundnachname ansprechpartner journalistin nome nomecompleto
"""
_OUTLET = """
outlet medium media organisation organization company publication newsroom redaction medias journal medio mediodecomunicacion
redaktion zeitung organizacion empresa veiculo meio redacao
"""
_LANGUAGE = "language languages lang langue langues idioma idiomas sprache sprachen lingua linguas"
_TAGS = "tags tag labels label etiquettes etiquette mots motscles etiquetas etiqueta schlagworte schlagwort"

_FIELDS = MappingProxyType(
    {
        word: field
        for field, words in {"email": _EMAIL, "name": _NAME, "outlet": _OUTLET, "language": _LANGUAGE, "tags": _TAGS}.items()
        for word in words.split()
    }
)


def field_of(header: str) -> str | None:
    """Return which field a column holds, None when the header says nothing known. Case, accents and marks do not matter.

    >>> field_of("E-Mail-Adresse"), field_of("Média"), field_of("Shoe size")
    ('email', 'outlet', None)
    """
    parted = unicodedata.normalize("NFKD", header.casefold())
    return _FIELDS.get("".join(character for character in parted if character.isalnum()))
