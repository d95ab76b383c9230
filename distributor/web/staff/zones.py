"""Time zones that a form offers; any other may be typed."""

from __future__ import annotations

from typing import Final

ZONES: Final = (
    "UTC", "Africa/Addis_Ababa", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Bogota",
    "America/Chicago", "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Sao_Paulo", "Asia/Bangkok",
    "Asia/Beirut", "Asia/Dubai", "Asia/Kabul", "Asia/Kolkata", "Asia/Manila", "Asia/Seoul", "Asia/Shanghai", "Asia/Tokyo",
    "Australia/Sydney", "Europe/Berlin", "Europe/Brussels", "Europe/Istanbul", "Europe/Kyiv", "Europe/London", "Europe/Madrid",
    "Europe/Oslo", "Europe/Paris", "Europe/Rome", "Europe/Sarajevo", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich",
    "Pacific/Auckland",
)  # fmt: skip
