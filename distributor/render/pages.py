"""The web pages, filled in. Text is always escaped; a name that a template uses and nobody gave is an error."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2
from babel import Locale
from babel.core import UnknownLocaleError

from distributor.core.ids import Language
from distributor.render.catalogue import SOURCE, languages, spoken, translations
from distributor.render.phrases import direction_of


class PageRenderer:
    """Fills in the pages of one folder, in any language that has phrases. Thread-safe."""

    def __init__(self, template_dir: Path) -> None:
        self._folder = template_dir
        self._by_language = {language: self._environment(language) for language in languages()}

    def _environment(self, language: Language) -> jinja2.Environment:
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(self._folder),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        # Only the new style escapes what is put into a phrase.
        environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined] # the extension's
        environment.globals.update(language=language, direction=direction_of(language))
        return environment

    def page(self, name: str, *, language: Language = SOURCE, **values: object) -> str:
        """Return the page `name` of the folder, such as "missing.html"; in English where the language has no phrases.

        Raises:
            jinja2.TemplateError: there is no such page, or a value is missing; both are defects.
        """
        return self._by_language[spoken(language)].get_template(name).render(values)

    def style(self) -> bytes:
        """Return the style sheet that all pages share."""
        return (self._folder / "page.css").read_bytes()


@cache
def own_name(language: Language) -> str:
    """Return what a language calls itself; its code where that is not known.

    >>> own_name(Language("fr")), own_name(Language("uk"))
    ('français', 'українська')
    """
    try:
        return Locale.parse(language, sep="-").get_display_name() or language
    except (UnknownLocaleError, ValueError):
        return language
