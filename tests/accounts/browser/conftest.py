"""账号 and 样式 in Debian's chromium, over a real house and a real server."""

from tests.web.browser.conftest import Window as Window
from tests.web.browser.conftest import address as address
from tests.web.browser.conftest import open_window as open_window
