"""The pages show what was received, and what was received cannot reach out of them."""

from __future__ import annotations

import re

import pytest

from tests.sandbox.clients import Mailer, Poster, call, mail, person

SCRIPT = "<script>alert(1)</script>"


def page(client: Mailer | Poster, path: str) -> str:
    """Return a page that must be there."""
    answer = call(client.sandbox, "GET", path)
    assert answer.status == 200
    return answer.body.decode()


def test_an_empty_sandbox_says_so(mailer: Mailer) -> None:
    assert "Nothing has been received yet." in page(mailer, "/")
    assert "Nothing has been posted yet." in page(mailer, "/threads")


def test_a_message_is_shown_as_its_reader_sees_it(mailer: Mailer) -> None:
    content = [
        {"type": "text/plain", "value": "Read it at %link%."},
        {"type": "text/html", "value": '<a href="%link-h%">Read</a>'},
    ]
    own = {"substitutions": {"%link%": "https://x.org/?a=1&b=2", "%link-h%": "https://x.org/?a=1&amp;b=2", "%name%": "Ana"}}
    mailer.send(mail([{**person(1), **own, "headers": {"List-Id": "%name%"}}], subject="For %name%", content=content))

    text, html, headers = (page(mailer, f"/mail/0/0{part}") for part in ("?view=text", "/body.html", "?view=headers"))

    assert "<h1>For Ana</h1>" in text
    assert "Read it at https://x.org/?a=1&amp;b=2." in text
    assert html == '<a href="https://x.org/?a=1&amp;b=2">Read</a>'
    assert "<dt>List-Id</dt><dd>%name%</dd>" in headers, "substitutions do not reach headers"


def test_a_value_that_looks_like_another_tag_is_left_alone(mailer: Mailer) -> None:
    content = [{"type": "text/plain", "value": "%a% %ab%"}]
    mailer.send(mail([{**person(1), "substitutions": {"%a%": "%ab%", "%ab%": "two"}}], content=content))

    assert '<pre class="body" tabindex="0">%ab% two</pre>' in page(mailer, "/mail/0/0?view=text")


def test_markup_in_a_message_stays_text_in_our_page(mailer: Mailer) -> None:
    mailer.send(mail([person(1)], subject=SCRIPT, content=[{"type": "text/plain", "value": SCRIPT}]))

    for path in ("/", "/mail/0/0", "/mail/0/0?view=headers", f"/?q={SCRIPT}".replace("<", "%3C").replace(">", "%3E")):
        assert SCRIPT not in page(mailer, path)


def test_the_message_s_own_html_is_held_in_a_sandbox(mailer: Mailer) -> None:
    mailer.send(mail([person(1)], content=[{"type": "text/html", "value": SCRIPT}]))

    frame = call(mailer.sandbox, "GET", "/mail/0/0/body.html")

    policy = frame.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups; default-src 'none'")
    assert "script" not in policy
    assert 'sandbox="allow-popups"' in page(mailer, "/mail/0/0")


def test_messages_are_paged_newest_first_and_found_by_address_subject_and_id(mailer: Mailer) -> None:
    mailer.send(mail(person(n) for n in range(60)))
    mailer.send(mail([person(61)], subject="Bridges closed"))

    first, second = page(mailer, "/"), page(mailer, "/?page=2")

    assert first.count('class="subject"') == 50
    assert first.index("Bridges closed") < first.index("reporter59@")
    assert second.count('class="subject"') == 11
    assert page(mailer, "/?q=REPORTER59").count('class="subject"') == 1
    assert page(mailer, "/?q=bridges").count('class="subject"') == 1
    assert page(mailer, "/?q=pr_index%22%3A%2217").count('class="subject"') == 1
    assert "No message matches" in page(mailer, "/?q=nobody")


@pytest.mark.parametrize("path", ["/mail/0/0", "/mail/7/7", "/mail/7/7/body.html", "/media/7", "/nothing"])
def test_what_is_not_there_is_not_found(path: str, mailer: Mailer) -> None:
    assert call(mailer.sandbox, "GET", path).status == 404


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999999999", "q=%00%ff"])
def test_a_strange_query_still_shows_a_page(query: str, mailer: Mailer) -> None:
    assert call(mailer.sandbox, "GET", f"/?{query}").status == 200


def test_a_thread_is_shown_in_order_with_short_links(poster: Poster) -> None:
    first = poster.post("Harbour Town reopens its wells #water")
    poster.post("All of it: https://news.example.org/2026/wells <3", reply_to=first)

    shown = page(poster, "/threads")

    assert shown.index("reopens its wells") < shown.index("All of it")
    assert '<span class="tag">#water</span>' in shown
    assert re.search(r'<a href="https://news.example.org/2026/wells"[^>]*>news.example.org/2026/wells</a> &lt;3', shown)
    assert shown.count("<section") == 1
