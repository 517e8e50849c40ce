"""Personal data: told from chance figures by checksums, never repeated, institutions left alone."""

import random

import pytest

from channels.values import Manuscript, Mark, Paragraph, Text
from cms.checks.personal import credit_check, is_identity, normal_contact, passes_luhn
from cms.checks.standards import Standards
from tests.checks.making import findings, rules, story, table
from tests.checks.planting import DAY, card, credit_code, identity

DICE = random.Random(9)


def test_the_checksums_are_those_of_the_standards() -> None:
    assert is_identity("11010519491231002X", DAY), "the example of GB 11643-1999"
    assert is_identity("440524188001010014", DAY) is False, "nobody alive was born in 1880"
    assert not is_identity("110105194912310021", DAY)
    assert passes_luhn("79927398713") and not passes_luhn("79927398710"), "the usual example of Luhn's rule"
    assert credit_check("91350100M000100Y4") == "3", "the example of GB 32100-2015"


@pytest.mark.parametrize("seed", range(30))
def test_an_identity_number_is_found_and_never_told_again(seed: int, standards: Standards) -> None:
    number = identity(random.Random(seed))
    (one,) = findings(story(f"联系人张某，身份证{number}。"), standards, "personal.identity")
    assert number not in repr(one) and number[4:16] not in repr(one)
    assert one.place == "blocks.0.text#0@9-27"


@pytest.mark.parametrize("seed", range(30))
def test_one_wrong_figure_is_no_identity(seed: int, standards: Standards) -> None:
    number = identity(random.Random(seed))
    wrong = number[:14] + str((int(number[14]) + 1) % 10) + number[15:]
    assert "personal.identity" not in rules(story(f"编号{wrong}。"), standards)


@pytest.mark.parametrize(
    "words",
    [
        "热线028-86740000", "电话 0816-2222222", "拨打12345", "客服400-820-8820", "报警110，急救120",
        "传真：(028)86740001",
        "咨询电话：028—86740000转802", "邮箱 kjt@sc.gov.cn", "订单20261118123456789012",
        "共13800138000元", "累计15912345678次",
        "ISBN 978-7-03-012345-6", "版本 1.38.0013.8000", "见 https://a.cn/13812345678.html", "编号 A13812345678B",
        "圆周率3.14159265358979323846", "卡号已隐去：6222****3445", "身份证号510***********001X", "138****1234",
        "统一社会信用代码见附件", "电子科技大学清水河校区主楼", "成都市天府大道北段966号", "1970-01-01T00:00:00Z",
        "10.4.2.15", "编号KJ-13812345678", "气温13.5 14.2 15.3 16.1", "1500-2000-500元", "见 www.a.cn/13812345678",
        "一三五七九", "一三八零零一三八零零零零", "二零一三年一月",
    ],
)  # fmt: skip
def test_what_is_nobodys_own_is_left_alone(words: str, standards: Standards) -> None:
    assert [one for one in rules(story(words), standards) if one.startswith("personal.")] == []


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("手机13812345678", "personal.mobile"),
        ("手机１３８１２３４５６７８", "personal.mobile"),
        ("手机138\u200b1234\u200b5678", "personal.mobile"),
        ("手机+86-138-1234-5678", "personal.mobile"),
        ("张三/13812345678", "personal.mobile"),
        ("13712345678/13812345678", "personal.mobile"),
        ("手机=13812345678", "personal.mobile"),
        ("手机-13812345678", "personal.mobile"),
        ("手机_13812345678", "personal.mobile"),
        ("Tel.13812345678", "personal.mobile"),
        ("tel13812345678", "personal.mobile"),
        ("(138)12345678", "personal.mobile"),
        ("13812345678-1", "personal.mobile"),
        ("电话13812 345678", "personal.mobile"),
        ("电话1381 234 5678", "personal.mobile"),
        ("电话138-123-45678", "personal.mobile"),
        ("电话1 3 8 1 2 3 4 5 6 7 8", "personal.mobile"),
        ("电话①③⑧⓪⓪①③⑧⓪⓪⓪", "personal.mobile"),
        ("电话一三八零零一三八零零零", "personal.mobile"),
        ("编为13812 345678", "personal.mobile_like"),
        ("写到 https://wa.me/8613812345678", "personal.mobile"),
        ("见 https://a.cn/x?tel=13812345678", "personal.mobile"),
        ("张三/11010519491231002X", "personal.identity"),
        ("身份证=11010519491231002X", "personal.identity"),
        ("身份证 1101 0519 4912 3100 2X", "personal.identity"),
        ("护照号E12345678", "personal.passport"),
        ("护照 EA1234567", "personal.passport"),
        ("车牌川A·1B234", "personal.plate"),
        ("邮箱zhangsan123@qq.com", "personal.email"),
        ("家住武侯区一环路南一段24号3栋2单元501室", "personal.address"),
        ("老人在玉林街道玉林北路18号5栋1单元302室独居", "personal.address"),
        ("身份证号510105491231002", "personal.identity"),
        ("身份证号510105194912310021", "personal.identity_like"),
    ],
)
def test_each_kind_is_found(words: str, rule: str, standards: Standards) -> None:
    assert rule in rules(story(words), standards)


@pytest.mark.parametrize(
    ("address", "rule", "number"),
    [
        ("tel:13812345678", "personal.mobile", "13812345678"),
        ("tel:%2B86-138-1234-5678", "personal.mobile", "1234"),
        ("mailto:sunqi1980@qq.com", "personal.email", "sunqi1980"),
        ("mailto:kjt@sc.gov.cn?cc=sunqi1980@qq.com", "personal.email", "sunqi1980"),
        ("https://www.sc.gov.cn/a?mobile=13812345678", "personal.mobile", "13812345678"),
        ("https://wa.me/8613812345678", "personal.mobile", "13812345678"),
    ],
)
def test_whom_a_link_calls_is_looked_at(address: str, rule: str, number: str, standards: Standards) -> None:
    (one,) = findings(linked(address), standards, rule)
    assert number not in repr(one) and one.message.startswith("链接里的")


@pytest.mark.parametrize("address", ["tel:02886740000", "mailto:kjt@sc.gov.cn", "https://a.cn/13812345678.html"])
def test_a_link_to_an_office_or_a_page_is_left_alone(address: str, standards: Standards) -> None:
    assert [one for one in rules(linked(address), standards) if one.startswith("personal.")] == []


def test_the_title_of_a_link_is_read(standards: Standards) -> None:
    assert "personal.mobile" in rules(linked("https://a.cn/", "打13812345678"), standards)


def linked(address: str, title: str = "") -> Manuscript:
    """A story with one link."""
    mark = Mark(kind="link", href=address, title=title)
    return story(Paragraph(text=(Text("这里", (mark,)),)))


def test_bank_cards_need_luhn_and_a_card_s_beginning(standards: Standards) -> None:
    number = card(DICE)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert "personal.bank" in rules(story(f"打到{number}"), standards)
    assert "personal.bank" not in rules(story(f"打到{wrong}"), standards)
    visa = "4111111111111111"
    assert passes_luhn(visa) and "personal.bank" not in rules(story(f"流水 {visa}"), standards), "needs 卡号 or 62"


def test_credit_codes_are_public_but_must_be_right(standards: Standards) -> None:
    code = credit_code(DICE)
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    assert "personal.credit_code" not in rules(story(f"统一社会信用代码：{code}"), standards)
    assert "personal.credit_code" in rules(story(f"统一社会信用代码：{wrong}"), standards)
    assert "personal.identity" not in rules(story(f"统一社会信用代码：{code}"), standards)


def test_the_office_s_own_contacts_are_allowed(standards: Standards) -> None:
    assert rules(story("值班手机139 0000 1111，邮箱service@qq.com"), standards) == []
    assert normal_contact("+86 139-0000-1111") == "13900001111"


def test_a_table_s_cell_is_named_by_row_and_column(standards: Standards) -> None:
    (one,) = findings(story(table("姓名|电话", "张某|13812345678")), standards, "personal.mobile")
    assert one.place.startswith("blocks.0.rows.0.1#0@0-11") and one.excerpt == "138****5678"
