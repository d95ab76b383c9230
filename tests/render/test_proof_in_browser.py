"""The proof in Chromium: on a screen, and on the two papers of the world."""

from __future__ import annotations

import re
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from distributor.render.proof import ProofPage
from distributor.resources import resource
from tests.render.proofs import part, rendered, row
from tests.render.test_email_in_browser import LEAST_CONTRAST, TEXTS, contrast

ROWS = [*(part(n) for n in range(1, 5)), *(row(n, name="محمد الأحمد", why="x" * 90 if n == 3 else "") for n in range(1, 120))]
#: Millimetres of the paper, less the page's margins.
PAPERS = {"A4": 210 - 30, "Letter": 216 - 30}
Paper = Literal["A4", "Letter"]


def opened(browser: Browser, *, width: int, rows: Any = ROWS) -> Page:
    """Return the proof in a window of that width, without network."""
    page = browser.new_context(viewport={"width": width, "height": 900}, offline=True).new_page()
    page.set_content(rendered(ProofPage(resource("templates", "report")), rows))
    return page


@pytest.mark.parametrize("width", [360, 900])
def test_a_proof_is_read_on_a_screen_without_scrolling_sideways(browser: Browser, width: int) -> None:
    page = opened(browser, width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    faint = [text["words"] for text in page.evaluate(TEXTS) if contrast(text["ink"], text["paper"]) < LEAST_CONTRAST]
    assert faint == []


@pytest.mark.parametrize("paper", PAPERS)
def test_nothing_is_cut_off_on_paper(browser: Browser, paper: Paper) -> None:
    page = opened(browser, width=round(PAPERS[paper] / 25.4 * 96))
    page.emulate_media(media="print")

    too_wide = page.eval_on_selector_all(
        "td, th, dd, p, code, kbd", "all => all.filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth).length"
    )

    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert too_wide == 0


def test_on_paper_every_sheet_has_the_table_s_head_and_no_row_is_torn_or_alone(browser: Browser) -> None:
    page = opened(browser, width=900)
    page.emulate_media(media="print")

    def style(selector: str, name: str) -> set[str]:
        return set(page.eval_on_selector_all(selector, f"all => all.map(one => getComputedStyle(one).{name})"))

    assert style("table.rows thead", "display") == {"table-header-group"}
    assert style("table.rows tr", "breakInside") == {"avoid"}
    assert style("table.rows tbody tr:first-child", "breakAfter") == {"avoid"}
    assert style("table.rows tbody tr:last-child", "breakBefore") == {"avoid"}
    assert style("h2", "breakAfter") == {"avoid"}


@pytest.mark.parametrize("paper", PAPERS)
def test_a_proof_prints_on_a_few_sheets(browser: Browser, paper: Paper) -> None:
    """A hundred and twenty recipients in two lines each, and two sheets of what was sent by whose word."""
    page = opened(browser, width=900)

    printed = page.pdf(format=paper)

    assert 5 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 8


def test_the_data_for_machines_are_not_seen(browser: Browser) -> None:
    page = opened(browser, width=900)

    assert "columns" not in page.inner_text("body")
    assert page.evaluate("document.getElementById('data').content.textContent.trim().split('\\n').length") == 1 + len(ROWS)
    assert page.evaluate("document.scripts.length") == 0
