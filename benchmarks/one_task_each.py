"""The usual way, to compare with: one Celery task per recipient, each sending with sendgrid-python as it comes."""

from __future__ import annotations

import os

from celery import Celery
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Mail

app = Celery("one_task_each", broker=os.environ.get("ONE_TASK_EACH_BROKER", "memory://"))
app.conf.task_ignore_result = True


@app.task(name="send_one")
def send_one(address: str) -> None:
    """Send the release to one recipient."""
    mail = Mail("press@campaign.example", address, "A sample", "text " * 200, "<p>text</p>" * 200)
    client = SendGridAPIClient("SG.sink", host=os.environ["ONE_TASK_EACH_SINK"])
    client.send(mail)
