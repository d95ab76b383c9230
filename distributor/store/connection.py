"""Connections to Redis, and whether that Redis may be trusted with the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from distributor.core.finding import Finding

#: Longer than any fsync that a healthy disk needs, shorter than a person's patience and any lease.
_SOCKET_TIMEOUT_S = 10.0
#: A connection idle for longer is pinged before use, so that a half-open one fails on the ping and not on a claim.
_HEALTH_CHECK_S = 30
#: The oldest release whose commands and scripts the ledger uses.
OLDEST_VERSION = (6, 2)
#: A write that does not fit is refused whole; below this share of free memory it is time to act.
_FREE_SHARE_WANTED = 0.25


def connect(url: str) -> redis.Redis:
    """Return a client for redis://, rediss:// or unix:// that answers in bytes. Nothing is sent before the first command.

    The client never sends a command a second time by itself: redis-py's own default would repeat also what Redis may
    have done already. Who may repeat is the caller's decision, and every ledger script is safe to repeat.

    Raises:
        ValueError: the URL's scheme is none of the three.
    """
    return redis.Redis.from_url(
        url,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=_SOCKET_TIMEOUT_S,
        health_check_interval=_HEALTH_CHECK_S,
        decode_responses=False,
    )


def check_durable(client: redis.Redis) -> tuple[Finding, ...]:
    """Look whether an acknowledged write survives a power cut, and whether the next write will fit.

    Always the same five findings in the same order; one alone when Redis does not answer.
    """
    try:
        server, memory = _info(client, "server"), _info(client, "memory")
    except RedisError as error:
        return (
            Finding(
                name="redis.reachable",
                passed=False,
                message=f"Redis does not answer ({type(error).__name__}).",
                remedy="Start it, or correct DISTRIBUTOR_REDIS_URL.",
            ),
        )
    config = _config(client)
    return (
        _version(server),
        _setting(config, "appendonly", wanted="yes", why="a restart would forget what was sent"),
        _setting(config, "appendfsync", wanted="always", why="a power cut could turn `submitting` back into `planned`"),
        _setting(config, "maxmemory-policy", wanted="noeviction", why="a full memory would evict the ledger itself"),
        _headroom(memory),
    )


def _info(client: redis.Redis, section: str) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = client.info(section)
    return answer


def _config(client: redis.Redis) -> Mapping[str, str] | None:
    """Return the settings that matter; None where CONFIG is not allowed, as at most managed services."""
    found: dict[str, str] = {}
    try:
        for name in ("appendonly", "appendfsync", "maxmemory-policy"):
            # One by one: Redis 6.2 takes a single name.
            found |= {str(key): str(value) for key, value in client.config_get(name).items()}
    except RedisError:
        return None
    return found


def _version(server: Mapping[str, Any]) -> Finding:
    found = str(server["redis_version"])
    is_new_enough = tuple(int(part) for part in found.split(".")[:2]) >= OLDEST_VERSION
    return Finding(
        name="redis.version",
        passed=is_new_enough,
        message=f"Redis is version {found}.",
        remedy="" if is_new_enough else "Install Redis 6.2 or newer.",
    )


def _setting(config: Mapping[str, str] | None, name: str, *, wanted: str, why: str) -> Finding:
    if config is None:
        message = f"Redis does not show {name} (CONFIG is not allowed)."
        return Finding(
            name=f"redis.{name}",
            passed=False,
            message=message,
            remedy=f"Allow CONFIG GET, or have the service confirm `{name} {wanted}`.",
        )
    found = config.get(name, "not set")
    return Finding(
        name=f"redis.{name}",
        passed=found == wanted,
        message=f"Redis has {name} {found}." if found == wanted else f"Redis has {name} {found}: {why}.",
        remedy="" if found == wanted else f"Set `{name} {wanted}` in redis.conf and restart, or `CONFIG SET {name} {wanted}`.",
    )


def _headroom(memory: Mapping[str, Any]) -> Finding:
    used = int(memory["used_memory"])
    limit = int(memory.get("maxmemory", 0)) or int(memory.get("total_system_memory", 0))
    if not limit:
        return Finding(name="redis.memory", passed=True, message=f"Redis uses {used >> 20} MB and names no limit.")
    has_room = used <= limit * (1 - _FREE_SHARE_WANTED)
    return Finding(
        name="redis.memory",
        passed=has_room,
        message=f"Redis uses {used >> 20} MB of {limit >> 20} MB.",
        remedy="" if has_room else "Raise maxmemory or give the machine more memory: a write that does not fit is refused.",
    )
