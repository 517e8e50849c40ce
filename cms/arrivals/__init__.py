"""Arrivals (收稿): Word, pasted HTML, old archives as manuscripts of ours, and a list of what did not come along."""

from cms.arrivals.gate import ArrivalError, Arrived, arrive, arrive_html, unpack

__all__ = ["ArrivalError", "Arrived", "arrive", "arrive_html", "unpack"]
