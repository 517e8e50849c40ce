"""The settings as a person sees and seals them: `yigao settings show`, `yigao settings seal`."""

from pathlib import Path
from typing import Annotated

import typer

from cms.matrix.wires import Vault
from pipeline import settings
from pipeline.house import DATABASE, KEY
from pipeline.shell import Json, Place, app, out, say, told

settings_app = typer.Typer(no_args_is_help=True, help="设置：数据库和素材库在哪里（工作区里的 yigao.toml）。")
app.add_typer(settings_app, name="settings")


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
