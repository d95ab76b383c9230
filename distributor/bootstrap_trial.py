"""Puts together what sends a test of a release to one of the staff."""

from __future__ import annotations

from distributor.bootstrap_channels import trial_mail
from distributor.bootstrap_stores import Stores
from distributor.flow.send_trial import Trier
from distributor.store.trial_throttle import RedisTrialThrottle


def trier(stores: Stores) -> Trier:
    """Return the step that sends tests."""
    return Trier(
        mail=trial_mail(stores.settings),
        throttle=RedisTrialThrottle(stores.client),
        audit=stores.audit,
        clock=stores.clock,
        public_url=stores.settings.public_url,
        is_allowed=stores.settings.staff.test_mail,
    )
