"""HTML from clipboards and saved pages: 公众号, Word, WPS, 飞书 and any other page."""

from cms.arrivals.html.walk import read

__all__ = ["read"]
