"""The buckets belong to this room; the databases are handed out to every room (``tests/conftest.py``)."""

from tests.services.fixtures import bucket as bucket
from tests.services.fixtures import gate as gate
from tests.services.fixtures import s3 as s3
