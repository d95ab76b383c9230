"""What the real tweepy meets at the sandbox's X."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
import tweepy

from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.serve import RunningSandbox
from tests.sandbox.clients import Poster, call

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
FIELDS = ["created_at", "entities", "referenced_tweets", "conversation_id"]


@pytest.fixture
def strict() -> Iterator[Poster]:
    """An account with a small quota, restricted replies and slow reading."""
    settings = SandboxSettings(posts_per_window=2, are_replies_restricted=True, read_delay_s=600)
    with RunningSandbox(settings) as sandbox:
        poster = Poster(sandbox)
        yield poster
        poster.close()


def test_a_thread_is_posted_and_read_back_newest_first(poster: Poster) -> None:
    first = poster.post("The wells are open.")
    second = poster.post("“It took nine years,” said the mayor.", reply_to=first)

    found = poster.client.get_users_tweets("1000000001", user_auth=True, tweet_fields=FIELDS, max_results=5)

    assert [post.id for post in found.data] == [int(second), int(first)]
    assert found.data[0].referenced_tweets[0].id == int(first)
    assert found.data[0].conversation_id == int(first)
    assert found.data[1].created_at is not None
    assert found.meta["newest_id"] == second


def test_links_come_back_wrapped_with_their_targets(poster: Poster) -> None:
    poster.post("Q&A at example.org/wells and https://example.net/a?b=1 today")

    post = poster.client.get_users_tweets("1000000001", user_auth=True, tweet_fields=FIELDS).data[0]

    urls = post.entities["urls"]
    assert [url["expanded_url"] for url in urls] == ["http://example.org/wells", "https://example.net/a?b=1"]
    assert [post.text[url["start"] : url["end"]] for url in urls] == [url["url"] for url in urls]
    assert post.text.startswith("Q&amp;A at https://t.co/")


def test_the_timeline_begins_after_an_id(poster: Poster) -> None:
    ids = [poster.post(f"Post {n}") for n in range(3)]

    found = poster.client.get_users_tweets("1000000001", user_auth=True, since_id=ids[0])

    assert [str(post.id) for post in found.data] == [ids[2], ids[1]]


def test_the_timeline_is_paged(poster: Poster) -> None:
    ids = [poster.post(f"Post {n}") for n in range(7)]

    first = poster.client.get_users_tweets("1000000001", user_auth=True, max_results=5)
    rest = poster.client.get_users_tweets("1000000001", user_auth=True, max_results=5, pagination_token=first.meta["next_token"])

    assert [str(post.id) for post in [*first.data, *rest.data]] == ids[::-1]


@pytest.mark.parametrize("query", ["max_results=4", "max_results=101", "since_id=x", "start_time=yesterday", "unknown=1"])
def test_a_bad_parameter_is_refused(query: str, poster: Poster) -> None:
    answer = poster.raw("GET", f"/2/users/1000000001/tweets?{query}")

    assert (answer.status_code, answer.json()["title"]) == (400, "Invalid Request")


def test_the_same_text_again_is_forbidden_in_the_documented_words(poster: Poster) -> None:
    poster.post("Once")

    with pytest.raises(tweepy.Forbidden) as refused:
        poster.post("Once")

    assert refused.value.api_messages == ["You are not allowed to create a Tweet with duplicate content."]


def test_a_deleted_text_may_be_posted_again(poster: Poster) -> None:
    first = poster.post("Once")

    deleted = poster.client.delete_tweet(first)
    again = poster.post("Once")

    assert deleted.data == {"deleted": True}
    assert again != first


def test_a_reply_to_nobody_is_refused_with_code_385(poster: Poster) -> None:
    with pytest.raises(tweepy.Forbidden) as refused:
        poster.post("Reply", reply_to="123")

    assert refused.value.api_codes == [385]


@pytest.mark.parametrize(("text", "status"), [("x" * 280, 201), ("x" * 281, 403), ("水" * 140, 201), ("水" * 141, 403)])
def test_length_is_counted_by_weight(text: str, status: int, poster: Poster) -> None:
    assert poster.raw("POST", "/2/tweets", json={"text": text}).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": 7},
        {"text": "a", "unknown": 1},
        {"text": "a", "reply": {"in_reply_to_tweet_id": 12}},
        {"text": "a", "reply_settings": "nobody"},
        {"text": "a", "media": {"media_ids": ["1", "2", "3", "4", "5"]}},
        {"text": "a", "media": {"media_ids": ["99"]}},
        [],
    ],
)
def test_what_the_schema_does_not_allow_is_a_bad_request(body: object, poster: Poster) -> None:
    answer = poster.raw("POST", "/2/tweets", json=body)

    assert (answer.status_code, answer.json()["status"]) == (400, 400)


@pytest.mark.parametrize("body", [{"text": "Buy $ABC and $DEF"}, {"text": "a", "quote_tweet_id": "12"}])
def test_what_the_plan_does_not_allow_is_forbidden(body: object, poster: Poster) -> None:
    assert poster.raw("POST", "/2/tweets", json=body).status_code == 403


def test_the_quota_is_told_and_kept(strict: Poster) -> None:
    first = strict.raw("POST", "/2/tweets", json={"text": "1"})
    second = strict.raw("POST", "/2/tweets", json={"text": "2"})
    third = strict.raw("POST", "/2/tweets", json={"text": "3"})

    assert [answer.status_code for answer in (first, second, third)] == [201, 201, 429]
    assert [answer.headers["x-rate-limit-remaining"] for answer in (first, second, third)] == ["1", "0", "0"]
    assert third.headers["x-rate-limit-limit"] == "2"
    assert third.headers["x-app-limit-24hour-limit"] == "10000"
    assert third.json()["title"] == "Too Many Requests"


def test_restricted_replies_and_slow_reading_are_played(strict: Poster) -> None:
    first = strict.post("First")

    with pytest.raises(tweepy.Forbidden):
        strict.post("Second", reply_to=first)
    seen = strict.client.get_users_tweets("1000000001", user_auth=True)

    assert seen.data is None


def test_a_wrong_secret_is_unauthorised(sandbox: RunningSandbox) -> None:
    stranger = Poster(sandbox, consumer_secret="not the secret")

    with pytest.raises(tweepy.Unauthorized):
        stranger.post("Hello")

    stranger.close()


def test_a_request_without_signature_is_unauthorised(sandbox: RunningSandbox) -> None:
    answer = call(sandbox, "POST", "/2/tweets", body=b'{"text": "a"}', headers={"Content-Type": "application/json"})

    assert answer.status == 401


def test_the_account_can_be_tried_without_posting(poster: Poster) -> None:
    assert poster.client.get_me(user_auth=True).data.username == "campaign_desk"


@pytest.mark.parametrize("way", ["form", "json"])
def test_an_image_is_uploaded_described_and_posted(way: str, poster: Poster) -> None:
    if way == "form":
        uploaded = poster.raw("POST", "/2/media/upload", files={"media": PNG}, data={"media_category": "tweet_image"})
    else:
        uploaded = poster.raw("POST", "/2/media/upload", json={"media": base64.b64encode(PNG).decode()})
    media = uploaded.json()["data"]["id"]

    described = poster.raw("POST", "/2/media/metadata", json={"id": media, "metadata": {"alt_text": {"text": "A well"}}})
    posted = poster.client.create_tweet(text="With an image", media_ids=[media])

    assert described.status_code == 200
    assert posted.data["id"]
    assert b'alt="A well"' in call(poster.sandbox, "GET", "/threads").body


def test_a_file_that_is_no_image_is_refused(poster: Poster) -> None:
    assert poster.raw("POST", "/2/media/upload", files={"media": b"<html>"}).status_code == 400


def test_a_post_that_was_cut_off_is_found_by_reading(poster: Poster) -> None:
    """The whole of reconciliation rests on this: what the client could not know, the timeline tells."""
    poster.sandbox.play({"provider": "x", "kind": "cut-after-accept", "next": 1})

    with pytest.raises(Exception, match="Connection aborted"):
        poster.post("Perhaps")
    found = poster.client.get_users_tweets("1000000001", user_auth=True)

    assert [post.text for post in found.data] == ["Perhaps"]
