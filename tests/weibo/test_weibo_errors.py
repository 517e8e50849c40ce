"""Every code of platforms/weibo.md §7 and §3.3: the error it becomes, its sentence, what it asks for."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from channels.contract import AdministratorError, ChannelError, LaterError, RepeatedError, StoryError, UnknownOutcome
from channels.transport import QuotaError
from channels.weibo.errors import ARTICLE_ROWS, ROWS, article_error, code_of, error_for

NOW = datetime(2026, 11, 22, 3, 20, tzinfo=UTC)  # 11:20 in Chengdu
HOUR, DAY = datetime(2026, 11, 22, 4, 0, tzinfo=UTC), datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
# code: (after a call that changes something, after one that reads, a word of the action)
TABLE: dict[int, tuple[type[ChannelError], type[ChannelError], str]] = {
    **dict.fromkeys((10001, 10003, 10010, 10011), (UnknownOutcome, LaterError, "核对")),
    **dict.fromkeys((10002, 10009, 10025, 20014), (LaterError, LaterError, "稍后自动重试")),
    **dict.fromkeys((10004, 10019), (QuotaError, QuotaError, "下个小时自动继续")),
    **dict.fromkeys((10022, 10023, 10024), (QuotaError, QuotaError, "到时自动继续")),
    20016: (QuotaError, QuotaError, "下个小时自动继续"),
    **dict.fromkeys((10005, 10014), (AdministratorError, AdministratorError, "申请")),
    **dict.fromkeys((10006, 10020, 10021, 20007), (AdministratorError, AdministratorError, "告诉管理员")),
    **dict.fromkeys((10008, 10016, 10017), (AdministratorError, AdministratorError, "安全域名")),
    **dict.fromkeys((10012, 10013), (AdministratorError, AdministratorError, "请")),
    20003: (AdministratorError, AdministratorError, "uid"),
    **dict.fromkeys((10007, 20005), (StoryError, StoryError, "另存")),
    **dict.fromkeys((10018, 20006), (StoryError, StoryError, "换")),
    20008: (StoryError, StoryError, "请写标题"),
    **dict.fromkeys((20012, 20013), (StoryError, StoryError, "请缩短")),
    **dict.fromkeys((20018, 20020, 20021), (StoryError, StoryError, "重新送审")),
    **dict.fromkeys((20017, 20019, 20111), (RepeatedError, RepeatedError, "不会重复发送")),
    20031: (AdministratorError, AdministratorError, "验证码"),
    20032: (UnknownOutcome, UnknownOutcome, "已经发出"),
    **dict.fromkeys((20101, 20201), (AdministratorError, AdministratorError, "登录微博核对")),
    **dict.fromkeys((20102, 20203), (AdministratorError, AdministratorError, "核对账号凭据")),
    **dict.fromkeys((20206, 20207), (AdministratorError, AdministratorError, "换一种方式")),
    **dict.fromkeys(
        (20033, 21301, 21314, 21315, 21316, 21317, 21319, 21327, 21332),
        (AdministratorError, AdministratorError, "重新授权"),
    ),
    21321: (AdministratorError, AdministratorError, "送审"),
}
ARTICLES: dict[str, tuple[type[ChannelError], str]] = {
    "10001": (UnknownOutcome, "核对"),
    "10008": (StoryError, "改短"),
    "11001": (QuotaError, "半小时后"),
    "11002": (UnknownOutcome, "核对"),
    "11003": (UnknownOutcome, "核对"),
}


def test_the_table_is_the_one_that_was_checked() -> None:
    assert set(TABLE) == set(ROWS) and set(ARTICLES) == set(ARTICLE_ROWS)


@pytest.mark.parametrize("code", TABLE)
def test_a_code_becomes_its_error_with_the_action(code: int) -> None:
    answer = {"request": "/2/statuses/share.json", "error_code": str(code), "error": "words"}
    assert code_of(answer) == code
    after_change, after_reading, action = TABLE[code]
    for changes, wanted in ((True, after_change), (False, after_reading)):
        error = error_for(code, answer, NOW, changes=changes)
        assert type(error) is wanted
        assert action in error.sentence and f"（平台代码 {code}）。" in error.sentence
        assert len(re.findall("。", error.sentence)) == 1 and "words" in error.cause


@pytest.mark.parametrize("code", ARTICLES)
def test_an_article_code_becomes_its_error_with_the_action(code: str) -> None:
    wanted, action = ARTICLES[code]
    error = article_error({"code": code, "msg": "words", "data": ""}, NOW)
    assert type(error) is wanted and action in error.sentence and code in error.sentence


@pytest.mark.parametrize(("code", "until"), [(10023, DAY), (10022, HOUR), (10024, HOUR), (20016, HOUR), (10004, HOUR)])
def test_a_quota_is_waited_for_until_its_window_ends(code: int, until: datetime) -> None:
    error = error_for(code, {}, NOW, changes=True)
    assert isinstance(error, QuotaError) and error.until == until


def test_articles_refused_as_too_frequent_rest_for_half_an_hour() -> None:
    error = article_error({"code": 11001}, NOW)
    assert isinstance(error, QuotaError) and error.until == NOW + timedelta(minutes=30)


def test_an_unknown_code_is_unknown_only_after_a_change() -> None:
    assert isinstance(error_for(29999, {}, NOW, changes=True), UnknownOutcome)
    assert isinstance(error_for(29999, {}, NOW, changes=False), LaterError)
    assert isinstance(article_error({"code": "19999"}, NOW), UnknownOutcome)


def test_codes_are_read_as_strings_and_as_numbers() -> None:
    assert code_of({"error_code": 20019}) == 20019
    assert code_of({"error_code": "none"}) == -1
    assert code_of({"idstr": "1"}) is None
