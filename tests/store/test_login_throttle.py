"""Failed logins on the real Redis: guessing gets slow, over all processes, and typing errors stay free."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import timedelta
from typing import cast

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.account import AccountId
from distributor.ports_accounts import LoginThrottle
from distributor.store.connection import connect
from distributor.store.login_throttle import LONGEST_WAIT, RedisLoginThrottle, network_of

ANA, JON = AccountId("u-ana"), AccountId("u-jon")
HOME, CAFE = "192.0.2.7", "198.51.100.9"
SECRET = b"s" * 32
NO_WAIT = timedelta(0)
FREE = 5


@pytest.fixture
def throttle(redis_client: redis.Redis) -> LoginThrottle:
    """Return a throttle on an empty Redis."""
    return RedisLoginThrottle(redis_client, secret=SECRET)


def fail(throttle: LoginThrottle, times: int, *, account: AccountId = ANA, address: str = HOME) -> list[timedelta]:
    return [throttle.begin(account, address=address) for _ in range(times)]


def test_typing_errors_cost_nothing_then_one_waits(throttle: LoginThrottle) -> None:
    waits = fail(throttle, FREE + 1)

    assert waits[:FREE] == [NO_WAIT] * FREE
    assert NO_WAIT < waits[FREE] <= timedelta(seconds=2)


def test_an_account_waits_from_every_address_and_others_do_not(throttle: LoginThrottle) -> None:
    fail(throttle, FREE)

    assert throttle.begin(ANA, address=CAFE) > NO_WAIT
    assert throttle.begin(JON, address=CAFE) == NO_WAIT


def test_an_address_that_tries_many_accounts_waits_for_all_of_them(throttle: LoginThrottle) -> None:
    """Somebody may try one common password on everybody."""
    waits = [throttle.begin(AccountId(f"u{n}"), address=HOME) for n in range(21)]

    assert waits[:20] == [NO_WAIT] * 20
    assert waits[20] > NO_WAIT
    assert throttle.begin(AccountId("u-new"), address=CAFE) == NO_WAIT


def test_each_failure_doubles_the_wait_up_to_the_longest(redis_client: redis.Redis, throttle: LoginThrottle) -> None:
    waits = []
    fail(throttle, FREE - 1)
    for number in range(40):
        throttle.begin(ANA, address=f"192.0.2.{number}")
        waits.append(throttle.begin(ANA, address=CAFE))
        redis_client.hdel("{login}:account:u-ana", "until")

    rounded = [round(wait.total_seconds()) for wait in waits]
    assert rounded[:10] == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900]
    assert set(rounded[10:]) == {LONGEST_WAIT.total_seconds()}


def test_trying_during_a_wait_does_not_prolong_it(redis_client: redis.Redis) -> None:
    """Or whoever hammers at a login would shut its owner out for ever by that alone."""
    throttle = RedisLoginThrottle(redis_client, secret=SECRET, first_wait=timedelta(milliseconds=400))
    waits = fail(throttle, FREE + 10)

    time.sleep(0.45)

    assert all(wait > NO_WAIT for wait in waits[FREE:])
    assert throttle.begin(ANA, address=HOME) == NO_WAIT


def test_a_right_password_forgets_the_accounts_failures_but_not_the_addresss(throttle: LoginThrottle) -> None:
    """Whoever has one account must not clear the way to all others with it."""
    for n in range(19):
        throttle.begin(AccountId(f"u{n}"), address=HOME)

    throttle.begin(ANA, address=HOME)
    throttle.succeeded(ANA, address=HOME)

    assert throttle.begin(JON, address=HOME) == NO_WAIT
    assert throttle.begin(ANA, address=HOME) > NO_WAIT
    assert fail(throttle, FREE, address=CAFE) == [NO_WAIT] * FREE


def test_an_admin_can_forget_the_failures_of_an_account(throttle: LoginThrottle) -> None:
    fail(throttle, FREE + 1)

    throttle.forget(ANA)

    assert throttle.begin(ANA, address=CAFE) == NO_WAIT


def test_of_many_guesses_at_once_only_the_free_ones_get_through(redis_url: str, redis_client: redis.Redis) -> None:
    waits: list[timedelta] = []
    start = threading.Barrier(16)

    def guess() -> None:
        client = connect(redis_url)
        throttle = RedisLoginThrottle(client, secret=SECRET)
        start.wait()
        waits.extend(throttle.begin(ANA, address=HOME) for _ in range(2))
        client.close()

    threads = [threading.Thread(target=guess) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert waits.count(NO_WAIT) == FREE


_GUESS = """
import sys
from distributor.store.connection import connect
from distributor.store.login_throttle import RedisLoginThrottle
throttle = RedisLoginThrottle(connect(sys.argv[1]), secret=b"s" * 32)
sys.stdin.read()
print(sum(not throttle.begin("u-ana", address="192.0.2.7") for _ in range(10)))
"""


def test_two_processes_share_one_count(redis_url: str, redis_client: redis.Redis) -> None:
    assert redis_client.dbsize() == 0
    processes = [
        subprocess.Popen([sys.executable, "-c", _GUESS, redis_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    passed = [int(process.communicate("", timeout=60)[0]) for process in processes]

    assert sum(passed) == FREE


def test_no_address_stands_in_redis_and_all_of_it_goes_by_itself(throttle: LoginThrottle, redis_client: redis.Redis) -> None:
    fail(throttle, FREE + 1)

    names = [name.decode() for name in cast("list[bytes]", redis_client.keys("*"))]

    assert len(names) == 2
    assert not any(HOME in name for name in names)
    assert all(0 < redis_client.ttl(name) <= 24 * 3600 for name in names)
    RedisLoginThrottle(redis_client, secret=b"t" * 32).begin(JON, address=HOME)
    assert redis_client.dbsize() == 4, "the hash of an address cannot be made without the secret"


def test_one_place_is_one_address_however_it_is_written() -> None:
    assert network_of("2001:db8:0:0:1::1") == network_of("2001:DB8::9") != network_of("2001:db8:0:1::1")
    assert network_of("fe80::1%eth0") == network_of("fe80::2")


@given(st.text(st.characters()))
def test_any_text_as_an_address_is_one_place(text: str) -> None:
    assert len(network_of(text)) <= 100
