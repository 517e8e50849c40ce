"""The settings as a person sees and seals them: `yigao settings show`, `yigao settings seal`."""

from pathlib import Path
from typing import Annotated

import typer

from cms.matrix.wires import Vault
from pipeline import settings
from pipeline.address import settle
from pipeline.clock import wall_clock
from pipeline.house import DATABASE, KEY, open_house
from pipeline.shell import Json, Place, app, out, say, told

settings_app = typer.Typer(no_args_is_help=True, help="设置：数据库和素材库在哪里（工作区里的 yigao.toml）。")
app.add_typer(settings_app, name="settings")


@app.command()
def address(
    url: Annotated[str, typer.Argument(metavar="网址", help="全部微站所在的网址，例如 https://kjt.sc.gov.cn/weizhan")],
    by: Annotated[str, typer.Option(help="经办人的登录名，记入审计")] = "cli",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """定微站网址：各单位的微站在它下面（…/chengdu）；正式发布之前要定好。"""
    with told():
        count = settle(open_house(workspace), url, by, wall_clock())
    words = f"微站网址定好了：{url}，{count} 个账号照它写链接。再运行一次 yigao build，已有的页面就换成新网址。"
    say(as_json, {"address": url, "accounts": count}, words)


@settings_app.command()
def show(workspace: Place = Path(), as_json: Json = False) -> None:
    """现在用的是哪个数据库、哪个素材库；密码和密钥不显示。"""
    with told():
        found = settings.load(workspace)
    database = str(found.database) if found.database else str(workspace / DATABASE)
    store = found.bucket.address if found.bucket else str(workspace / "store")
    report = {"database": database, "store": store, "given": found.shown()}
    say(as_json, report, f"数据库：{database}\n素材库：{store}")


@settings_app.command()
def seal(
    name: Annotated[str, typer.Argument(help="database.password、store.access_key 或 store.secret_key")],
    workspace: Place = Path(),
    secret: Annotated[str, typer.Option(prompt="密钥（不会显示）", hide_input=True, help="不写则询问")] = "",
) -> None:
    """把一个密码封成可以写进 yigao.toml 的一行；只有这个工作区的密钥文件打得开。"""
    with told():
        sealed = settings.seal(Vault.at(workspace / KEY), name, secret)
    out.print(f'{name.partition(".")[2]} = "{sealed}"', markup=False, highlight=False)
