"""The sums over message rows that every report is made of."""

from collections.abc import Iterable
from dataclasses import astuple
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func

from mailflow.outbox.models import Message
from mailflow.outbox.words import State
from mailflow.reporting.words import Figures

_SENT = Message.state == State.SENT
_DELIVERED = and_(_SENT, Message.bounced_at.is_(None))


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


COLUMNS: tuple[ColumnElement[int], ...] = (
    func.count(Message.id),
    _count(_SENT),
    _count(Message.state == State.FAILED),
    _count(and_(_SENT, Message.bounced_at.is_not(None))),
    _count(and_(_DELIVERED, Message.opened_at.is_not(None))),
    _count(and_(_DELIVERED, Message.clicked_at.is_not(None))),
    _count(and_(_DELIVERED, Message.orders > 0)),
    cast(func.coalesce(func.sum(Message.orders), 0), Integer),
    func.coalesce(func.sum(Message.revenue), 0),
    _count(Message.machine_opened_at.is_not(None)),
    _count(Message.machine_clicked_at.is_not(None)),
)
"""In the order of the fields of :class:`Figures`."""


def figures(columns: Iterable[Any]) -> Figures:
    """Figures from the values of COLUMNS."""
    return Figures(*(int(value) for value in columns))


def added(many: Iterable[Figures]) -> Figures:
    """The sum of figures of separate messages."""
    return Figures(*(sum(column) for column in zip(*map(astuple, many), strict=True)))
