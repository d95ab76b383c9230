"""Takes the pictures of docs/email.md: `.venv/bin/python -m tests.render.pictures`.

One picture per language: on a phone, on a desk, and on a phone by night.
"""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, Page, sync_playwright

from tests.render.mails import LANGUAGES, html_of

_FOLDER: Final = Path(__file__).parents[2] / "docs" / "images" / "languages"
_VIEWS: Final[tuple[tuple[int, Literal["light", "dark"]], ...]] = ((360, "light"), (800, "light"), (360, "dark"))
_SHEET: Final = "<body style='margin:0;padding:16px;background:#8a8f94;display:flex;gap:16px;align-items:flex-start'>{}</body>"


def main() -> None:
    """Take all pictures anew."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for language in LANGUAGES:
            sheet = browser.new_page(viewport={"width": 1040, "height": 600})
            sheet.set_content(_SHEET.format("".join(_picture(browser, html_of(language), *view) for view in _VIEWS)))
            (_FOLDER / f"{language}.webp").write_bytes(_webp(sheet))
            sheet.close()
        browser.close()


def _webp(sheet: Page) -> bytes:
    """Return the page as WebP, which Playwright itself does not write: letters stay sharp at half the size of JPEG."""
    sheet.set_viewport_size({"width": 1040, "height": sheet.evaluate("document.body.scrollHeight")})
    answer = sheet.context.new_cdp_session(sheet).send("Page.captureScreenshot", {"format": "webp", "quality": 45})
    return base64.b64decode(answer["data"])


def _picture(browser: Browser, html: str, width: int, scheme: Literal["light", "dark"]) -> str:
    page = browser.new_page(viewport={"width": width, "height": 400}, color_scheme=scheme)
    page.set_content(html)
    data = base64.b64encode(page.screenshot(full_page=True)).decode()
    page.close()
    return f"<img alt='' src='data:image/png;base64,{data}' style='width:{round(width * 0.65)}px'>"


if __name__ == "__main__":
    main()
