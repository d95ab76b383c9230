"""The fixed phrases around a release, in the languages that the desk writes in.

Nothing here is text of a release. A language that has no phrases gets the English ones, marked as English, so that a screen
reader does not read them aloud in another language's sounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from distributor.core.ids import Language

#: What "{address}" stands for in `Phrases.sent_to`.
ADDRESS_PLACE = "{address}"
_RIGHT_TO_LEFT = frozenset({"ar", "he", "fa", "ur"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The phrases of one language."""

    #: The language that the phrases are in, not the one they were asked for.
    language: Language
    press_release: str
    #: Before a weekday in the nominative, the only case that CLDR gives: where grammar wants another one, a colon parts the two.
    embargoed_until: str
    immediate_release: str
    notes: str
    #: Above a boilerplate that has no heading of its own.
    about: str
    contacts: str
    view_online: str
    unsubscribe: str
    #: Holds `ADDRESS_PLACE` once.
    sent_to: str


_ENGLISH = Phrases(
    language=Language("en"),
    press_release="Press release",
    embargoed_until="Embargoed until",
    immediate_release="For immediate release",
    notes="Notes to editors",
    about="About us",
    contacts="Press contacts",
    view_online="View in your browser",
    unsubscribe="Unsubscribe",
    sent_to="This message was sent to {address}.",
)
_PHRASES: MappingProxyType[str, Phrases] = MappingProxyType(
    {
        phrases.language: phrases
        for phrases in (
            _ENGLISH,
            Phrases(
                language=Language("fr"),
                press_release="Communiqué de presse",
                embargoed_until="Sous embargo jusqu’au",
                immediate_release="Pour diffusion immédiate",
                notes="Notes aux rédactions",
                about="À propos de nous",
                contacts="Contacts presse",
                view_online="Lire dans le navigateur",
                unsubscribe="Se désabonner",
                sent_to="Ce message a été envoyé à {address}.",
            ),
            Phrases(
                language=Language("es"),
                press_release="Nota de prensa",
                embargoed_until="Embargado hasta el",
                immediate_release="Para su difusión inmediata",
                notes="Notas para la redacción",
                about="Quiénes somos",
                contacts="Contactos de prensa",
                view_online="Ver en el navegador",
                unsubscribe="Darse de baja",
                sent_to="Este mensaje se envió a {address}.",
            ),
            Phrases(
                language=Language("de"),
                press_release="Medienmitteilung",
                embargoed_until="Sperrfrist bis",
                immediate_release="Zur sofortigen Veröffentlichung",
                notes="Hinweise für die Redaktion",
                about="Über uns",
                contacts="Medienkontakte",
                view_online="Im Browser lesen",
                unsubscribe="Abmelden",
                sent_to="Diese Nachricht ging an {address}.",
            ),
            Phrases(
                language=Language("pt"),
                press_release="Comunicado de imprensa",
                embargoed_until="Sob embargo até",
                immediate_release="Para divulgação imediata",
                notes="Notas para a redação",
                about="Sobre nós",
                contacts="Contactos de imprensa",
                view_online="Ver no navegador",
                unsubscribe="Cancelar a subscrição",
                sent_to="Esta mensagem foi enviada para {address}.",
            ),
            Phrases(
                language=Language("ar"),
                press_release="بيان صحفي",
                embargoed_until="محظور النشر حتى",
                immediate_release="للنشر الفوري",
                notes="ملاحظات للمحررين",
                about="من نحن",
                contacts="جهات الاتصال الصحفية",
                view_online="اقرأ الرسالة في المتصفح",
                unsubscribe="إلغاء الاشتراك",
                sent_to="أُرسلت هذه الرسالة إلى {address}.",
            ),
            Phrases(
                language=Language("uk"),
                press_release="Пресреліз",
                embargoed_until="Ембарго до:",
                immediate_release="Для негайної публікації",
                notes="Примітки для редакцій",
                about="Про нас",
                contacts="Контакти для преси",
                view_online="Читати у браузері",
                unsubscribe="Відписатися",
                sent_to="Цього листа надіслано на адресу {address}.",
            ),
            Phrases(
                language=Language("ru"),
                press_release="Пресс-релиз",
                embargoed_until="Эмбарго до:",
                immediate_release="Для немедленной публикации",
                notes="Примечания для редакций",
                about="О нас",
                contacts="Контакты для прессы",
                view_online="Читать в браузере",
                unsubscribe="Отписаться",
                sent_to="Это письмо отправлено на адрес {address}.",
            ),
        )
    }
)


def phrases_for(language: Language) -> Phrases:
    """Return the phrases of the language, whatever its country; English where there are none.

    >>> phrases_for(Language("fr-CA")).unsubscribe, phrases_for(Language("it")).language
    ('Se désabonner', 'en')
    """
    return _PHRASES.get(primary(language), _ENGLISH)


def direction_of(language: Language) -> Literal["ltr", "rtl"]:
    """Return which way the language is written.

    >>> direction_of(Language("ar")), direction_of(Language("en-GB"))
    ('rtl', 'ltr')
    """
    return "rtl" if primary(language) in _RIGHT_TO_LEFT else "ltr"


def primary(language: Language) -> str:
    """Return the language without its script and country, in lower case."""
    return language.replace("_", "-").partition("-")[0].casefold()
