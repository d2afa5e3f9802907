"""Compares this project's tables of parameters and parsers with a release of vLLM or SGLang.

    make tables SOURCES=DIRECTORY

The directory is an unpacked wheel: one that holds `vllm/` or `sglang/`. Read as text, nothing of it
is imported. Prints what the release has and the tables lack, and the other way round.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from massgen_tui.dialects import BY_NAME
from massgen_tui.dialects.families import FAMILIES
from massgen_tui.dialects.parameters import OPENAI, SWITCHES

CHAT = "ChatCompletionRequest"
ELSEWHERE = frozenset({"model", "messages", "stream", "tools", "tool_choice", "max_tokens"})
"""Parameters that have a place of their own here."""


def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"))


def fields(path: Path, name: str) -> Iterator[str]:
    """The fields that a request model declares, and those of its bases in the same file."""
    classes = {node.name: node for node in tree(path).body if isinstance(node, ast.ClassDef)}
    found = classes.get(name)
    for node in found.body if found else ():
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and not target.id.startswith("_"):
            yield target.id
    for base in found.bases if found else ():
        if isinstance(base, ast.Name) and base.id in classes:
            yield from fields(path, base.id)


def keys(path: Path, name: str) -> set[str]:
    """The keys of the dictionary that is written down under this name."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Assign(targets=[ast.Name(id=id)], value=ast.Dict(keys=words)):
                pass
            case ast.AnnAssign(target=ast.Name(id=id), value=ast.Dict(keys=words)):
                pass
            case _:
                continue
        if id == name:
            return {str(word.value) for word in words if isinstance(word, ast.Constant)}
    return set()


def differences(title: str, theirs: Iterable[str], ours: Iterable[str], *, all_of: bool) -> None:
    """Print what only one side has; unless `all_of`, what only they have is but mentioned."""
    theirs, ours = set(theirs), set(ours)
    if not theirs:
        print(f"{title}: not found in these sources: has the file moved?")
        return
    print(f"{title}: {len(theirs)} there, {len(ours)} here")
    for word, only in (("not here", theirs - ours), ("not there", ours - theirs)):
        if only and (all_of or word == "not there"):
            print(f"  {word}: {' '.join(sorted(only))}")
    if not all_of and (rest := theirs - ours):
        print(f"  without a family of ours: {' '.join(sorted(rest))}")


Place = tuple[Path, str]
"""A file, and the name of a dictionary in it."""


def compare(server: str, protocol: Path, reasoning: Place, tools: Place) -> None:
    """Compare the tables of one server."""
    dialect = BY_NAME[server]
    theirs = set(fields(protocol, CHAT)) - ELSEWHERE - OPENAI - set(SWITCHES)
    ours = dialect.extras - dialect.ignored.keys()
    differences(f"{server}: parameters", theirs, ours, all_of=True)
    thinking = {family.reasoning.get(server, "") for family in FAMILIES} - {""}
    differences(f"{server}: reasoning parsers", keys(*reasoning), thinking, all_of=False)
    calling = {family.tools.get(server, "") for family in FAMILIES} - {""}
    differences(f"{server}: tool parsers", keys(*tools), calling, all_of=False)


def main(folder: Path) -> int:
    """Compare with whatever lies in `folder`; 1 when it holds neither."""
    vllm, sglang = folder / "vllm", folder / "sglang" / "srt"
    if vllm.is_dir():
        compare(
            "vllm",
            vllm / "entrypoints" / "openai" / "chat_completion" / "protocol.py",
            (vllm / "reasoning" / "__init__.py", "_REASONING_PARSERS_TO_REGISTER"),
            (vllm / "tool_parsers" / "__init__.py", "_TOOL_PARSERS_TO_REGISTER"),
        )
    if sglang.is_dir():
        compare(
            "sglang",
            sglang / "entrypoints" / "openai" / "protocol.py",
            (sglang / "parser" / "reasoning_parser.py", "DetectorMap"),
            (sglang / "function_call" / "function_call_parser.py", "ToolCallParserEnum"),
        )
    if vllm.is_dir() or sglang.is_dir():
        return 0
    print(f"{folder} holds neither vllm/ nor sglang/srt/: unpack a wheel there", file=sys.stderr)
    return 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("which sources? make tables SOURCES=DIRECTORY")
    sys.exit(main(Path(sys.argv[1])))
