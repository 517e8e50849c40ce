"""单独编辑 at the desk: every step by plain forms, nothing overwritten, nothing lost, nobody else's."""

import itertools
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cms.db import read_scope
from cms.people import PeopleDesk
from cms.stories import mark_of, own_texts, story_named
from tests.people.house import login_of, signed_in

SLUG, ON = "chengdu-own", "/write/chengdu-own/on/wechat"
MAIN = """---
slug: chengdu-own
headline: 一篇稿
digest: 一句话。
byline: 记者 张三
---

第一段。

第二段。
"""
_keys = itertools.count()


@pytest.fixture
def client(app: Flask, people: PeopleDesk) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    client = signed_in(app, people, login_of("编辑", "chengdu"))
    assert sent(client, f"/write/{SLUG}", text=MAIN, base="").status_code == 303
    return client


def sent(client: FlaskClient, path: str, **fields: str) -> Any:
    """A plain form, as a browser without scripts sends it."""
    return client.post(path, data=fields, headers={"Idempotency-Key": f"apart-{next(_keys):020}"})


def asked(client: FlaskClient, path: str, **said: Any) -> Any:
    headers = {"Accept": "application/json", "Idempotency-Key": f"apart-{next(_keys):020}"}
    return client.post(path, json=said, headers=headers)


def own(people: PeopleDesk) -> str:
    with read_scope(people.engine) as session:
        story = story_named(session, SLUG)
        assert story
        return own_texts(session, story)["wechat"].text


def cut(client: FlaskClient, people: PeopleDesk, **changed: str) -> str:
    """Cut loose, with words of its own."""
    assert sent(client, f"{ON}/cut").headers["Location"] == ON
    text = own(people)
    for old, new in changed.items():
        text = text.replace({"first": "第一段", "second": "第二段"}[old], new)
    sent(client, ON, text=text, base=mark_of(own(people)))
    assert own(people) == text
    return text


def test_the_whole_way_by_plain_forms(client: FlaskClient, people: PeopleDesk) -> None:
    page = client.get(f"/write/{SLUG}").text
    assert f'action="{ON}/cut"' in page and "正在写：" not in page
    cut(client, people, first="公众号的第一段")
    page = client.get(ON).text
    assert re.search(r"正在写：</span><b>微信公众号的单独版本</b>", page)
    assert f'href="/write/{SLUG}"' in page and f'action="{ON}"' in page
    assert "公众号的第一段" in page and "byline:" not in page  # what is the story's is written in the main text
    page = client.get(f"/write/{SLUG}").text
    assert re.search(r"正在写：</span><b>主稿</b>", page) and "公众号的第一段" not in page
    sent(client, f"/write/{SLUG}", text=MAIN.replace("第二段", "改过的第二段"), base=mark_of(MAIN))
    page = client.get(ON).text
    assert re.search(r'class="behind" data-channel="wechat" role="status" >', page)
    page = client.get(f"{ON}/main").text
    assert "<ins>改过的</ins>第二段。" in page and "两边都改过" not in page
    form = dict(re.findall(r'name="(main|upon)" value="(\w+)"', page))
    assert sent(client, f"{ON}/main", **form).status_code == 303
    assert "公众号的第一段。\n\n改过的第二段。" in own(people)
    assert "hidden>" in re.findall(r'class="behind".*>', client.get(ON).text)[0]
    page = client.get(f"{ON}/follow").text
    assert "要恢复跟随主稿吗？" in page and "<del>公众号的</del>第一段" in page
    assert sent(client, f"{ON}/follow").headers["Location"] == f"/write/{SLUG}"
    assert client.get(ON).status_code == 302  # it follows: there is nothing of its own to write
    page = client.get(f"{ON}/history").text
    assert "恢复跟随主稿" in page and page.count('<li class="sitting"') == 4
    assert sent(client, f"{ON}/restore", number="3").status_code == 303
    assert "公众号的第一段。\n\n改过的第二段。" in own(people)


def test_where_both_changed_both_are_shown_and_one_is_chosen(client: FlaskClient, people: PeopleDesk) -> None:
    cut(client, people, first="公众号的第一段")
    sent(client, f"/write/{SLUG}", text=MAIN.replace("第一段", "主稿的第一段"), base=mark_of(MAIN))
    page = client.get(f"{ON}/main").text
    assert "公众号的第一段。</p>" in page and "主稿的第一段。</p>" in page and "两边都改过的 1 处" in page
    form = {**dict(re.findall(r'name="(main|upon)" value="(\w+)"', page)), "seen": "yes"}
    unanswered = sent(client, f"{ON}/main", **form)
    assert unanswered.status_code == 422 and "每一处都要选" in unanswered.text
    assert "公众号的第一段" in own(people) and "主稿的" not in own(people)
    assert sent(client, f"{ON}/main", **form, **{"choice-0": "both"}).status_code == 303
    assert "公众号的第一段。\n\n主稿的第一段。" in own(people)


def test_what_moved_on_meanwhile_is_shown_again(client: FlaskClient, people: PeopleDesk) -> None:
    cut(client, people)
    newer = MAIN.replace("第二段", "改过的第二段")
    sent(client, f"/write/{SLUG}", text=newer, base=mark_of(MAIN))
    form = dict(re.findall(r'name="(main|upon)" value="(\w+)"', client.get(f"{ON}/main").text))
    sent(client, f"/write/{SLUG}", text=newer.replace("改过的", "又改过的"), base=mark_of(newer))
    answer = sent(client, f"{ON}/main", **form)
    assert answer.status_code == 409 and "刚又保存过" in answer.text and "又改过的" in answer.text
    assert "改过的" not in own(people)


def test_the_later_save_of_a_channel_shows_both_sides(client: FlaskClient, people: PeopleDesk) -> None:
    text = cut(client, people)
    sent(client, ON, text=text.replace("第一段", "甲写的"), base=mark_of(text))
    answer = asked(client, ON, text=text.replace("第一段", "乙写的"), base=mark_of(text))
    assert answer.status_code == 409 and answer.json["conflict"] and "甲" in str(answer.json["beside"])
    assert "甲写的" in own(people)
    form = sent(client, ON, text=text.replace("第一段", "乙写的"), base=mark_of(text))
    assert form.status_code == 409 and "仍存我的" in form.text and "乙写的" in form.text
    assert asked(client, ON, text=text.replace("第一段", "乙写的"), base="", anyway=True).status_code == 200
    assert "乙写的" in own(people)


def test_two_versions_of_a_picture_stand_beside_each_other_as_pictures(client: FlaskClient, people: PeopleDesk) -> None:
    text = cut(client, people)
    theirs, mine = (f"{text}\n![{alt}](pictures/{name}.jpg)\n" for alt, name in (("甲", "a"), ("乙", "b")))
    sent(client, ON, text=theirs, base=mark_of(text))
    rows = asked(client, ON, text=mine, base=mark_of(text)).json["beside"]["rows"]
    left, right = next(one for one in rows if isinstance(one, list) and one[0]["of"] == "图片")
    assert (left["src"], right["src"]) == ("pictures/a.jpg", "pictures/b.jpg")
    assert right["of"] == "图片　图片换了；画面内容改了：甲 → 乙"
    assert "![" not in str(rows)


def test_an_empty_text_does_not_tie_it_again(client: FlaskClient, people: PeopleDesk) -> None:
    text = cut(client, people)
    answer = asked(client, ON, text="\n", base=mark_of(text))
    assert answer.status_code == 422 and "不能是空的" in answer.json["sentence"]
    assert own(people) == text


def test_the_phones_show_each_channels_text(client: FlaskClient, people: PeopleDesk) -> None:
    text = cut(client, people, first="公众号的第一段")
    said = {"unit": "chengdu", "slug": SLUG}

    def shown(answer: Any) -> dict[str, str]:
        channels = answer.json["channels"]
        return {one["name"]: client.get(one["frame"]).text for one in channels if one["name"] in ("wechat", "site")}

    main = shown(client.post("/preview", json={**said, "text": MAIN}))
    assert "公众号的第一段" in main["wechat"] and "公众号的第一段" not in main["site"]
    answer = client.post("/preview", json={**said, "text": text.replace("第二段", "第二截"), "channel": "wechat"})
    mine = shown(answer)
    assert "第二截" in mine["wechat"] and "第二截" not in mine["site"]
    assert answer.json["behind"] == []
    answer = client.post("/preview", json={**said, "text": MAIN.replace("第二段", "二")})
    assert answer.json["behind"] == ["wechat"]
    assert client.post("/preview", json={**said, "text": MAIN, "channel": "site"}).status_code == 404


def test_a_finding_says_whose_text_it_is_about_and_leads_only_there(client: FlaskClient, people: PeopleDesk) -> None:
    text = cut(client, people)
    bad = text.replace("第二段。", "第二段[^9]。")
    answer = client.post("/preview", json={"unit": "chengdu", "slug": SLUG, "text": bad, "channel": "wechat"})
    found = [one for one in answer.json["findings"] if "[^9]" in one["message"]]
    assert [(one["channel"], one["line"] > 0) for one in found] == [("微信公众号", True)]
    sent(client, ON, text=bad, base=mark_of(text))
    answer = client.post("/preview", json={"unit": "chengdu", "slug": SLUG, "text": MAIN})
    found = [one for one in answer.json["findings"] if "[^9]" in one["message"]]
    assert [(one["channel"], one["line"]) for one in found] == [("微信公众号", 0)]


def test_who_speaks_is_the_storys(client: FlaskClient, people: PeopleDesk) -> None:
    cast = MAIN.replace("byline", "cast:\n- key: hei\n  name: 小黑\nbyline")
    sent(client, f"/write/{SLUG}", text=cast, base=mark_of(MAIN))
    text = cut(client, people)
    tree = client.post("/tree", json={"text": text, "slug": SLUG, "channel": "wechat"}).json
    assert tree["front"]["cast"] == [{"key": "hei", "name": "小黑"}]
    answer = asked(client, ON, text=text, tree=tree, base=mark_of(text))
    assert answer.status_code == 200 and "cast" not in answer.json["text"] and answer.json["base"] == mark_of(text)


def test_clips_and_feeds_are_not_cut_loose(client: FlaskClient) -> None:
    for channel in ("shipinhao", "feed", "nothing"):
        assert sent(client, f"/write/{SLUG}/on/{channel}/cut").status_code == 404
    page = client.get(f"/write/{SLUG}").text
    assert "总是跟随主稿" in page and f"/write/{SLUG}/on/shipinhao/cut" not in page


def test_nobody_elses(app: Flask, people: PeopleDesk, client: FlaskClient) -> None:
    cut(client, people)
    other = signed_in(app, people, login_of("编辑", "ganzi"))
    for path in (ON, f"{ON}/main", f"{ON}/history", f"{ON}/follow"):
        assert other.get(path).status_code == 404
    assert asked(other, ON, text="---\nheadline: 坏\n---\n\n坏。\n", anyway=True).status_code == 404
    assert other.post("/preview", json={"unit": "ganzi", "slug": SLUG, "text": MAIN}).status_code == 404


def test_the_main_texts_history_has_its_own_versions_and_leads_to_the_others(
    client: FlaskClient, people: PeopleDesk
) -> None:
    cut(client, people, first="公众号的第一段")
    page = client.get(f"/write/{SLUG}/history").text
    assert page.count("第 1 版</span>") == 1 and "第 2 版" not in page and "第 3 版" not in page
    assert f'href="{ON}/history">微信公众号</a>' in page
    sent(client, f"/write/{SLUG}", text=MAIN.replace("第二段", "改过的第二段"), base=mark_of(MAIN))
    assert "第 4 版</span>" in client.get(f"/write/{SLUG}/history").text
