"""审稿 in Debian's chromium, over a real house and a real server."""

from tests.review.conftest import app as app
from tests.review.conftest import crew as crew
from tests.review.conftest import sent as sent
from tests.web.browser.conftest import Window as Window
from tests.web.browser.conftest import address as address
from tests.web.browser.conftest import open_window as open_window
