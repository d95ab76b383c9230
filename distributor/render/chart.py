"""The wave as a drawing: numbers to places on a sheet. What it looks like is the template's and the style sheet's business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from distributor.core.wave import Wave

#: The drawing's own units; it grows with the page.
WIDTH: Final = 720
HEIGHT: Final = 240
_LEFT: Final = 84
_RIGHT: Final = 12
_TOP: Final = 16
_BOTTOM: Final = 30
_TICKS: Final = 4
_MOST_MARKS: Final = 7
_EVERY: Final = (1, 2, 5, 10, 15, 20, 30)
_NICE: Final = (1, 2, 2.5, 5, 10)
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_DAY_S: Final = 86_400
_MILLION: Final = 1_000_000
#: Below it, the number itself is as short.
_LONG: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What one stretch of time took."""

    x: float
    y: float
    width: float
    height: float
    #: Whether something in it was refused or fell in doubt.
    has_failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Everything to draw, in units of WIDTH × HEIGHT."""

    line: str
    area: str
    columns: tuple[Column, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    floor: int = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def draw(wave: Wave, *, total: int) -> Chart | None:
    """Return the wave as a drawing: a line that climbs to `total` over columns, one a stretch. None: nothing left yet."""
    if not wave.steps:
        return None
    top = max(total, wave.taken, 1)
    span = len(wave.steps)
    high = max((step.taken for step in wave.steps), default=0) or 1
    points = [(_x(0, span), _y(0, top))]
    points += [(_x(number + 1, span), _y(step.taken_so_far, top)) for number, step in enumerate(wave.steps)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Chart(
        line=line,
        area=f"{points[0][0]:.1f},{_y(0, top):.1f} {line} {points[-1][0]:.1f},{_y(0, top):.1f}",
        columns=tuple(
            _column(number, span, share=step.taken / high, has_failed=step.failed > 0) for number, step in enumerate(wave.steps)
        ),
        across=tuple(Tick(at=_x(number, span), label=_after(number * wave.step)) for number in _marks(span)),
        up=tuple(Tick(at=_y(value, top), label=_short(value)) for value in _nice_values(top)),
    )


def _column(number: int, span: int, *, share: float, has_failed: bool) -> Column:
    left, right = _x(number, span), _x(number + 1, span)
    # Half as high as the sheet, so that the line stays in front.
    height = share * (HEIGHT - _TOP - _BOTTOM) / 2
    gap = min(1.0, (right - left) / 6)
    return Column(
        x=round(left + gap, 1),
        y=round(HEIGHT - _BOTTOM - height, 1),
        width=round(right - left - 2 * gap, 1),
        height=round(height, 1),
        has_failed=has_failed,
    )


def _x(number: float, span: int) -> float:
    return _LEFT + number / span * (WIDTH - _LEFT - _RIGHT)


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - value / top * (HEIGHT - _TOP - _BOTTOM)


def _marks(span: int) -> list[int]:
    each = next((each for each in _EVERY if each * _MOST_MARKS >= span), span)
    return list(range(0, span + 1, each))


def _nice_values(top: int) -> list[int]:
    """Return round numbers from 0 up to the top, about as many as there are ticks.

    >>> _nice_values(1_000_000)
    [0, 250000, 500000, 750000, 1000000]
    """
    scale = 10 ** max(len(str(int(top / _TICKS))) - 1, 0)
    step = next(int(nice * scale) for nice in _NICE if nice * scale * _TICKS >= top and nice * scale >= 1)
    return list(range(0, top + 1, max(step, 1)))


def _short(value: int) -> str:
    """Return a number as an axis has it.

    >>> [_short(value) for value in (0, 800, 2500, 250_000, 1_000_000)]
    ['0', '800', '2,500', '250 k', '1 M']
    """
    if value >= _MILLION:
        return f"{value / _MILLION:g} M"
    return f"{value / 1000:g} k" if value >= _LONG else f"{value:,}"


def _after(passed: timedelta) -> str:
    """Return how long after the lift, as an axis has it.

    >>> [_after(timedelta(seconds=seconds)) for seconds in (0, 0.4, 30, 90, 7200)]
    ['lift', '+0.4 s', '+30 s', '+1:30', '+2:00 h']
    """
    seconds = passed.total_seconds()
    if not seconds:
        return "lift"
    if seconds < _MINUTE_S:
        return f"+{seconds:g} s"
    if seconds < _HOUR_S:
        return f"+{int(seconds // 60)}:{int(seconds % 60):02}"
    if seconds < _DAY_S:
        return f"+{int(seconds // 3600)}:{int(seconds // 60 % 60):02} h"
    return f"+{int(seconds // _DAY_S)} d"
