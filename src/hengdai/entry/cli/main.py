"""`hengdai`: the root of the command line. It knows the story and loads a command only when one is called."""

import gc
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hengdai import __version__
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.story import EXITS, INTRODUCTION, STORY, Command

_COMMANDS = {command.name: command for chapter in STORY for command in chapter.commands}


class Story(TyperGroup):
    """A group whose commands come from the story table, so that `--help` imports none of them."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """The commands in the order of the flow."""
        return list(_COMMANDS)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """One command, imported now; None when there is no such command."""
        known = _COMMANDS.get(cmd_name)
        return None if known is None else load(known)

    def format_help(self, _ctx: Any, formatter: Any) -> None:
        """The whole story on one screen."""
        formatter.write(story())


def load(command: Command) -> Any:
    """The command object behind a line of the story."""
    module, attribute = command.target.split(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(command.name)(found)
    return typer.main.get_command(alone)


def leaves(name: str, found: Any) -> Iterator[tuple[str, Any]]:
    """Every command under a name, groups opened: ("law shadow begin", command)."""
    inside = getattr(found, "commands", None)
    if inside is None:
        yield name, found
    else:
        for each, command in inside.items():
            yield from leaves(f"{name} {each}", command)


def story() -> str:
    """What `hengdai --help` prints: every command in flow order, Chinese first, English beneath."""
    lines = [*INTRODUCTION, ""]
    for chapter in STORY:
        lines.append(f"{chapter.title.zh}  {chapter.title.en}")
        for command in chapter.commands:
            lines.append(f"  {command.name:<12} {command.about.zh}")
            lines.append(f"  {'':<12} {command.about.en}")
        lines.append("")
    lines.append("退出码  Exit codes")
    lines += [f"  {code.value:<4}{text}" for code, text in EXITS.items()]
    return "\n".join(lines) + "\n"


_root = typer.Typer(cls=Story, add_completion=False, rich_markup_mode=None, no_args_is_help=True)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"hengdai {__version__}")
        raise typer.Exit


@_root.callback()
def _callback(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="版本 / version")
    ] = False,
) -> None:
    """衡贷: 可自证的助贷业务核心."""


def app() -> None:
    """Run the command line; every way out ends in a documented exit code."""
    from hengdai.entry.cli.talk import explain_failure

    # Polars gives memory back after half a second and asks for it again with the next batch; read when it is loaded.
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:5000,muzzy_decay_ms:-1")
    command = typer.main.get_command(_root)
    try:
        command(prog_name="hengdai")
    except KeyboardInterrupt:
        sys.exit(Exit.STOPPED)
    except BrokenPipeError:
        sys.exit(Exit.DONE)
    except Exception as error:  # noqa: BLE001 - the last place that can say it in words
        sys.exit(explain_failure(error))
    finally:
        gc.freeze()  # the interpreter is about to end: nobody needs the cycles that it would look for
