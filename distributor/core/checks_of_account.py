"""Checks that look at what the account may do. Each returns what is wrong as one sentence, None when nothing is."""

from __future__ import annotations

from distributor.core.checks_subject import CheckSubject


def thread_replies(subject: CheckSubject) -> str | None:
    """A thread of an account whose replies to its own posts X refuses: it would stop at its second part."""
    return subject.no_replies if any(len(thread.parts) > 1 for thread in subject.threads) and subject.no_replies else None


def thread_window(subject: CheckSubject) -> str | None:
    """More posts than X lets the account make at the lift."""
    return None if subject.quota is None or subject.quota.is_enough else str(subject.quota)
