"""Makers shared by the platforms: article HTML, short posts, clips, handover packages."""
