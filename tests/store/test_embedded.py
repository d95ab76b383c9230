"""The embedded Redis: private, durable, shared, and gone when its owner is."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kombu
import pytest
import redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from distributor.core.errors import ConfigurationError
from distributor.settings import Settings, load_settings
from distributor.store.connection import check_durable, connect
from distributor.store.embedded import open_redis
from distributor.store.embedded_server import ServerBinary, find_server, running_server, socket_path

#: Another process that opens the same folder, says where its Redis is, and stays until its stdin closes.
_OTHER_COMMAND = """
import json, os, sys
from pathlib import Path
from distributor.settings import load_settings
from distributor.store.connection import connect
from distributor.store.embedded import open_redis
settings = load_settings(environ={}, cwd=Path(sys.argv[1]))
with open_redis(settings, long_lived=sys.argv[2] == "long") as handle:
    client = connect(handle.url)
    client.set("written-by", os.getpid())
    print(json.dumps({"url": handle.url, "server": client.info("server")["process_id"]}), flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_command(cwd: Path, *, life: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Run the other process until the block ends, and yield what it said when its Redis answered."""
    arguments = [sys.executable, "-c", _OTHER_COMMAND, str(cwd), life]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def settings_in(folder: Path) -> Settings:
    return load_settings(environ={}, cwd=folder)


def wait_until_gone(pid: int, *, limit_s: float = 5) -> bool:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_what_was_acknowledged_is_there_at_the_next_start(tmp_path: Path) -> None:
    with open_redis(settings_in(tmp_path), long_lived=False) as handle:
        connect(handle.url).set("lift", "reached")

    with open_redis(settings_in(tmp_path), long_lived=False) as handle:
        value = connect(handle.url).get("lift")

    assert value == b"reached"


def test_the_embedded_server_may_be_trusted_with_the_ledger(tmp_path: Path) -> None:
    with open_redis(settings_in(tmp_path), long_lived=False) as handle:
        findings = check_durable(connect(handle.url))

    assert [finding for finding in findings if not finding.passed] == []
    assert len(findings) == 5


def test_nobody_else_can_reach_the_embedded_server(tmp_path: Path) -> None:
    """Embargoed text is in there: no port, and a folder that only its owner can enter."""
    folder = tmp_path / "var" / "redis"
    folder.mkdir(parents=True, mode=0o755)

    with open_redis(settings_in(tmp_path), long_lived=False) as handle:
        client = connect(handle.url)
        port = client.config_get("port")
        mode = stat.S_IMODE(folder.stat().st_mode)
        socket_mode = stat.S_IMODE((folder / "redis.sock").stat().st_mode)

    assert port == {"port": "0"}
    assert (mode, socket_mode) == (0o700, 0o600)


def test_the_server_ends_when_its_owner_is_killed_and_keeps_every_write(tmp_path: Path) -> None:
    with other_command(tmp_path, life="long") as (owner, said):
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        is_gone = wait_until_gone(said["server"])

    assert is_gone
    with open_redis(settings_in(tmp_path), long_lived=False) as handle:
        assert connect(handle.url).get("written-by") == str(owner.pid).encode()


def test_a_killed_server_keeps_every_write(tmp_path: Path) -> None:
    with open_redis(settings_in(tmp_path), long_lived=False) as handle:
        client = connect(handle.url)
        client.set("state", "submitting")
        os.kill(client.info("server")["process_id"], signal.SIGKILL)

    with open_redis(settings_in(tmp_path), long_lived=False) as handle:
        assert connect(handle.url).get("state") == b"submitting"


def test_ctrl_c_in_the_terminal_leaves_the_server_to_its_owner(tmp_path: Path) -> None:
    """A terminal sends SIGINT to its whole foreground group; workers still have to record what they sent."""
    with open_redis(settings_in(tmp_path), long_lived=False) as handle:
        server = connect(handle.url).info("server")["process_id"]

        assert os.getpgid(server) != os.getpgid(0)


def test_a_command_joins_the_server_of_a_long_lived_owner(tmp_path: Path) -> None:
    with other_command(tmp_path, life="long") as (owner, said):
        with open_redis(settings_in(tmp_path), long_lived=False) as handle:
            server = connect(handle.url).info("server")["process_id"]
        is_still_there = owner.poll() is None and connect(handle.url).ping()

    assert (handle.url, server) == (said["url"], said["server"])
    assert is_still_there


def test_a_command_waits_for_a_short_lived_one_and_says_for_whom(tmp_path: Path) -> None:
    sentences: list[str] = []
    with other_command(tmp_path, life="short") as (other, _):
        assert other.stdin is not None

        def end_the_other(sentence: str) -> None:
            sentences.append(sentence)
            assert other.stdin is not None
            other.stdin.close()

        with open_redis(settings_in(tmp_path), long_lived=False, notify=end_the_other) as handle:
            value = connect(handle.url).get("written-by")

    assert value == str(other.pid).encode()
    assert [f"process {other.pid}" in sentence for sentence in sentences] == [True]


def test_a_lock_file_that_names_a_dead_owner_stops_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "redis"
    folder.mkdir(parents=True)
    (folder / "lock").write_text('{"pid": 1, "is_long_lived": true}')

    with open_redis(settings_in(tmp_path), long_lived=False) as handle:
        assert connect(handle.url).ping()


def test_celery_finds_the_embedded_server_and_keeps_out_of_the_ledger(tmp_path: Path) -> None:
    with open_redis(settings_in(tmp_path), long_lived=False) as handle:
        with kombu.Connection(handle.broker_url) as connection, connection.SimpleQueue("wake-up") as queue:
            queue.put({"dispatch": "d1"})
            payload = queue.get(timeout=5).payload
        ledger_keys = connect(handle.url).dbsize()

    assert payload == {"dispatch": "d1"}
    assert ledger_keys == 0


@pytest.mark.parametrize("name", ["with space", "50% off?#", "tief" * 40, 'quo"te', "Übersee"])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    """A socket's path is short by law of the kernel, and both Redis's file and URLs have characters of their own."""
    folder = tmp_path / name
    folder.mkdir()

    with open_redis(settings_in(folder), long_lived=False) as handle:
        assert connect(handle.url).ping()

    assert (folder / "var" / "redis" / "redis.log").exists()
    assert len(os.fsencode(socket_path(folder / "var" / "redis"))) <= 100


def test_an_address_that_is_set_is_used_as_it_is(tmp_path: Path) -> None:
    environ = {
        "DISTRIBUTOR_REDIS_URL": "redis://:secret@ledger.example:6379/3",
        "DISTRIBUTOR_BROKER_URL": "amqp://broker.example",
    }
    settings = load_settings(environ=environ, cwd=tmp_path)

    with open_redis(settings, long_lived=False) as handle:
        assert handle.url == "redis://:secret@ledger.example:6379/3"

    assert handle.broker_url == "amqp://broker.example"
    assert not handle.is_embedded
    assert "secret" not in repr(handle)
    assert list(tmp_path.iterdir()) == []


def test_a_unix_socket_of_the_operator_is_spelt_for_celery(tmp_path: Path) -> None:
    settings = load_settings(environ={"DISTRIBUTOR_REDIS_URL": "unix:///run/redis/redis.sock?db=2"}, cwd=tmp_path)

    with open_redis(settings, long_lived=False) as handle:
        assert handle.broker_url == "redis+socket:///run/redis/redis.sock?virtual_host=1"


def test_a_server_on_the_path_goes_before_the_bundled_one(tmp_path: Path) -> None:
    own = make_server(tmp_path / "valkey-server", says="Valkey server v=8.0.1 sha=00000000:0")

    found = find_server(search_path=str(tmp_path))

    assert found == ServerBinary(path=own, version=(8, 0))


@pytest.mark.parametrize("says", ["Redis server v=5.0.14 sha=00000000:0", "something else"])
def test_a_server_that_is_too_old_or_none_is_passed_over(tmp_path: Path, says: str) -> None:
    make_server(tmp_path / "redis-server", says=says)
    newer = make_server(tmp_path / "valkey-server", says="Valkey server v=7.2.4 sha=00000000:0")

    found = find_server(search_path=str(tmp_path))

    assert found.path == newer


def test_data_of_a_newer_server_are_not_opened_by_an_older_one(tmp_path: Path) -> None:
    """Redis 6.2 does not see what 7 wrote, and would come up with an empty ledger: everybody `planned` again."""
    (tmp_path / "appendonlydir").mkdir()
    old = ServerBinary(path=Path("/opt/redis-6.2/redis-server"), version=(6, 2))

    with pytest.raises(ConfigurationError, match="written by Redis 7 or newer"), running_server(old, folder=tmp_path, lock_fd=0):
        pass


def test_a_server_that_cannot_start_says_where_the_reason_is(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "redis"
    folder.mkdir(parents=True)
    (folder / "appendonly.aof").write_bytes(b"*1\r\n$7\r\nNOTHING\r\n")
    (folder / "appendonlydir").mkdir()
    (folder / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense")

    with pytest.raises(ConfigurationError, match=r"redis\.log|newer"), open_redis(settings_in(tmp_path), long_lived=False):
        pass


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "redis").symlink_to(tmp_path)

    with pytest.raises(ConfigurationError, match="DISTRIBUTOR_DATA_DIR"), open_redis(settings_in(tmp_path), long_lived=False):
        pass


def test_a_command_that_may_have_been_done_is_never_sent_again(redis_client: redis.Redis, redis_url: str) -> None:
    """redis-py repeats after a time-out unless told not to, also what Redis did or is still doing."""
    slow_increment = """
        redis.call('INCR', KEYS[1])
        local function ms() local t = redis.call('TIME'); return t[1] * 1000 + t[2] / 1000 end
        local started = ms()
        while ms() - started < 300 do end
    """
    impatient = connect(redis_url)
    impatient.connection_pool.connection_kwargs["socket_timeout"] = 0.1

    with pytest.raises(RedisTimeoutError):
        impatient.eval(slow_increment, 1, "sent")

    assert redis_client.get("sent") == b"1"
    time.sleep(0.4)
    assert redis_client.get("sent") == b"1"


def test_a_redis_that_would_forget_is_named_with_its_remedy(tmp_path: Path) -> None:
    with open_redis(settings_in(tmp_path), long_lived=False) as handle:
        client = connect(handle.url)
        client.config_set("appendonly", "no")
        client.config_set("appendfsync", "everysec")
        client.config_set("maxmemory", client.info("memory")["used_memory"] + 1000)
        client.config_set("maxmemory-policy", "allkeys-lru")

        failed = {finding.name: finding.remedy for finding in check_durable(client) if not finding.passed}

    assert set(failed) == {"redis.appendonly", "redis.appendfsync", "redis.maxmemory-policy", "redis.memory"}
    assert "`appendfsync always`" in failed["redis.appendfsync"]


def test_no_redis_at_all_is_one_finding(tmp_path: Path) -> None:
    findings = check_durable(connect(f"unix://{tmp_path}/nobody.sock"))

    assert [(finding.name, finding.passed) for finding in findings] == [("redis.reachable", False)]


def make_server(path: Path, *, says: str) -> Path:
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path
