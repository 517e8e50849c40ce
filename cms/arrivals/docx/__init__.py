"""Word files (.docx), read straight from their OOXML: fast enough for the limited child, and nothing unseen."""

from cms.arrivals.docx.story import read

__all__ = ["read"]
