"""One file chooses database and store; what is wrong in it is one sentence, and secrets never show."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets.s3 import Bucket
from cms.matrix.wires import Vault
from pipeline import settings
from pipeline.cli import app
from pipeline.settings import SettingsError

S3 = '[store]\nkind = "s3"\nbucket = "yigao"\nendpoint = "https://s3.test"\n'


def load(root: Path, text: str = "", environ: Mapping[str, str] | None = None) -> settings.Settings:
    if text:
        (root / settings.FILE).write_text(text, encoding="utf-8")
    return settings.load(root, Vault.at(root / "yigao.key"), environ or {})


def test_no_file_means_sqlite_and_a_folder(tmp_path: Path) -> None:
    found = load(tmp_path)
    assert (found.database, found.bucket) == (None, None)


def test_the_file_chooses(tmp_path: Path) -> None:
    found = load(tmp_path, f'[database]\nurl = "postgresql://yigao@db:5432/news"\n{S3}path_style = false\n')
    assert found.database and (found.database.host, found.database.database) == ("db", "news")
    assert found.bucket == Bucket("yigao", endpoint="https://s3.test", path_style=False)


def test_the_environment_wins(tmp_path: Path) -> None:
    environ = {
        "YIGAO_STORE__BUCKET": "other",
        "YIGAO_STORE__PATH_STYLE": "False",
        "YIGAO_STORE__ACCESS_KEY": "a",
        "YIGAO_STORE__SECRET_KEY": "b",
        "YIGAO_DATABASE__URL": "postgresql://u:pw@db/x",
    }
    found = load(tmp_path, S3, environ)
    assert found.bucket and (found.bucket.name, found.bucket.path_style) == ("other", False)
    assert (found.bucket.access_key, found.bucket.secret_key) == ("a", "b")
    assert found.database and found.database.password == "pw"


def test_a_sealed_secret_opens_with_the_workspace_s_key_alone(tmp_path: Path) -> None:
    vault = Vault.at(tmp_path / "yigao.key")
    lines = "".join(
        f'{name} = "{settings.seal(vault, f"store.{name}", name.upper())}"\n' for name in ("access_key", "secret_key")
    )
    found = load(tmp_path, S3 + lines)
    assert found.bucket and (found.bucket.access_key, found.bucket.secret_key) == ("ACCESS_KEY", "SECRET_KEY")
    (tmp_path / "yigao.key").unlink()
    with pytest.raises(Exception, match="请换回原来的密钥文件"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[database\n", "不是正确的 TOML.*line 1.*请改正"),
        ("[databse]\nurl = 'x'\n", "“databse”不是认识的一节，可以写的有：\\[database\\]、\\[store\\]"),
        ("database = 'x'\n", "不是认识的一节"),
        ("[database]\nulr = 'x'\n", "\\[database\\] ulr 不是认识的设置.*url、password"),
        ("[database]\nurl = 5\n", "\\[database\\] url 应当写带引号的文字"),
        ("[web]\nproxies = 9\n", "要在 0 到 4 之间"),
        ("[database]\nurl = 'mysql://a/b'\n", "只能是 postgresql"),
        ("[database]\nurl = 'postgres'\n", "不是数据库地址，请写成"),
        ("[database]\nurl = 'postgresql://a@b'\n", "没有写库名"),
        ("[database]\nurl = 'postgresql://a:hunter2@b/c'\n", "有明文密码，请把密码去掉"),
        ("[database]\npassword = 'hunter2'\n", "password 是明文，请用 yigao settings seal database.password"),
        ("[store]\nkind = 'ftp'\n", "kind 只能是 local.*s3"),
        ("[store]\nbucket = 'a'\n", "kind 不是 s3，请加上"),
        ("[store]\nkind = 's3'\n", "没有写 bucket，请写上"),
        ("[store]\nkind = 's3'\nbucket = 'a'\nendpoint = 'host:9000'\n", "endpoint 应当以 https"),
        ("[store]\nkind = 's3'\nbucket = 'a'\npath_style = 'yes'\n", "path_style 应当写true 或 false"),
        ("[store]\nkind = 's3'\nbucket = 'a'\nsecret_key = 'hunter2'\n", "secret_key 是明文"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_its_place_and_remedy(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        load(tmp_path, text)
    assert "hunter2" not in caught.value.sentence
    assert caught.value.sentence.endswith("。")


def test_one_key_of_a_pair_is_not_enough(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="要么都写，要么都不写"):
        load(tmp_path, S3, {"YIGAO_STORE__ACCESS_KEY": "a"})


def test_secrets_are_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIGAO_STORE__ACCESS_KEY", "hunter1")
    monkeypatch.setenv("YIGAO_STORE__SECRET_KEY", "hunter2")
    monkeypatch.setenv("YIGAO_DATABASE__URL", "postgresql://yigao:hunter3@db/news")
    (tmp_path / settings.FILE).write_text(S3, encoding="utf-8")
    for arguments in (["settings", "show"], ["settings", "show", "--json"]):
        said = CliRunner().invoke(app, [*arguments, "-w", str(tmp_path)])
        assert said.exit_code == 0
        assert "s3.test" in said.output and "hunter" not in said.output
    assert "hunter" not in repr(settings.load(tmp_path))


def test_a_secret_is_sealed_at_the_prompt(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["settings", "seal", "store.secret_key", "-w", str(tmp_path)], input="hunter2\n")
    line = said.output.strip().splitlines()[-1]
    assert line.startswith('secret_key = "sealed:') and "hunter2" not in said.output
    refused = CliRunner().invoke(app, ["settings", "seal", "store.bucket", "-w", str(tmp_path)], input="x\n")
    assert refused.exit_code == 1
