"""What people call the columns of a media list, in eight languages."""

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

_BEAT = "beat topic topics subject subjects rubrique theme themes sujet tema temas seccion ressort thema themen assunto editoria"
_COUNTRY = "country pays pais land nation"
_ZONE = "zone timezone fuseauhoraire zonahoraria zeitzone fusohorario"
_PRIORITY = "priority vip important priorite prioridad prioritat wichtig prioridade"
_PHONE = "phone telephone tel mobile phonenumber telefon handy telefono movil telefone celular portable"
_NOTES = (
    "notes note comment comments remarks remarques commentaire notas nota comentarios bemerkung bemerkungen notiz observacoes"
)
_CONSENT_SOURCE = "consentsource source consent origine source consentement origen fuente quelle einwilligung origem fonte"
_CONSENT_ON = "consentdate consenton dateofconsent dateconsentement fechaconsentimiento einwilligungam datum dataconsentimento"
#: Arabic, Ukrainian and Russian, as they stand without marks.
_OTHER_SCRIPTS = {
    "email": "البريدالالكتروني بريدالكتروني ايميل електроннапошта емейл пошта электроннаяпочта почта имейл",
    "name": "الاسم اسم имя імя прізвище фамилия фио піб журналист журналіст",
    "outlet": "المؤسسة الوسيلة الصحيفة издание видання редакция редакція сми змі",
    "language": "اللغة لغة язык мова языки мови",
    "tags": "وسوم الوسوم теги тег метки мітки",
    "beat": "الموضوع тема рубрика",
    "country": "البلد الدولة страна країна",
    "zone": "المنطقةالزمنية часовойпояс часовийпояс",
    "priority": "الاولوية важный важливий приоритет пріоритет",
    "phone": "الهاتف هاتف телефон",
    "notes": "ملاحظات заметки примечания нотатки примітки",
    "consent_source": "مصدرالموافقة источниксогласия джерелозгоди",
    "consent_on": "تاريخالموافقة датасогласия датазгоди",
}
_LATIN = {
    "email": _EMAIL,
    "name": _NAME,
    "outlet": _OUTLET,
    "beat": _BEAT,
    "language": _LANGUAGE,
    "country": _COUNTRY,
    "zone": _ZONE,
    "tags": _TAGS,
    "priority": _PRIORITY,
    "phone": _PHONE,
    "notes": _NOTES,
    "consent_source": _CONSENT_SOURCE,
    "consent_on": _CONSENT_ON,
}
#: Every field that a column can hold, in the order of an export.
FIELDS = tuple(_LATIN)


def _plain(word: str) -> str:
    parted = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in parted if character.isalnum())


_FIELDS = MappingProxyType(
    {_plain(word): name for name in FIELDS for words in (_LATIN, _OTHER_SCRIPTS) for word in words[name].split()}
)


def field_of(header: str) -> str | None:
    """Return which field a column holds, None when the header says nothing known. Case, accents and marks do not matter.

    >>> field_of("E-Mail-Adresse"), field_of("Média"), field_of("Shoe size")
    ('email', 'outlet', None)
    """
    return _FIELDS.get(_plain(header))
