"""沙箱: what every sandbox platform is built from: faults as data, a durable book of what readers see, the wire."""

from channels.making.sandbox.book import Book
from channels.making.sandbox.faults import ACTIONS, Fault, Faults
from channels.making.sandbox.wire import Action, Dropped, InProcess, Sandbox, Seen, Send, Straight, Touch

__all__ = [
    "ACTIONS", "Action", "Book", "Dropped", "Fault", "Faults", "InProcess", "Sandbox", "Seen", "Send", "Straight",
    "Touch",
]  # fmt: skip
