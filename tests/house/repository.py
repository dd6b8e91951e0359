"""The repository as the tests of this folder read it: its tracked files and their syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = ("app", "bench", "domain", "migrations", "resolvers", "schema", "stores", "workers")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file git knows, relative to the root; one removed but not yet committed is left out."""
    # A clone may belong to somebody else than who runs the tests; reading its list harms nobody.
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(Path(name) for name in names.split("\0") if name and (ROOT / name).is_file())


def modules(*floors: str) -> Iterator[tuple[Path, ast.Module]]:
    """The Python files below these folders, parsed."""
    for path in tracked():
        if path.suffix == ".py" and path.parts[0] in floors:
            yield path, ast.parse((ROOT / path).read_text(), str(path))


def imports(tree: ast.Module) -> Iterator[str]:
    """The full name of everything imported, at the top or inside a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(tree: ast.Module) -> Iterator[str]:
    """What is called, as written: `datetime.now`, `uuid4`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
