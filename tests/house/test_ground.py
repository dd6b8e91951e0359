"""Do the files that install and build Marquee keep their promises?"""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.house.repository import FLOORS, ROOT, imports, modules

LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
SHA256 = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
ADDRESS = re.compile(r"://|--(?:extra-)?index-url|--find-links|^-e |^\S+ @ ", re.MULTILINE)
REQUIREMENT = re.compile(r'^ +"[A-Za-z][^"]*[<>=][^"]*",(?P<rest>.*)$', re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_of_a_lock_has_a_hash(name):
    entries = re.split(r"\n(?=[a-z])", (ROOT / name).read_text())[1:]

    without = [entry.split()[0] for entry in entries if not SHA256.search(entry)]

    assert entries != []
    assert without == []


@pytest.mark.parametrize("name", [*LOCKS, "package-lock.json"])
def test_a_lock_holds_no_address(name):
    text = (ROOT / name).read_text()

    held = re.findall(r'"resolved"', text) if name.endswith(".json") else ADDRESS.findall(text)

    assert held == []


def test_the_runtime_lock_pins_what_the_development_lock_pins():
    runtime, development = (_pins(name) for name in ("requirements.lock", "requirements-dev.lock"))

    assert runtime.items() <= development.items()


def test_every_dependency_says_why_it_is_there():
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)
    groups = project["dependency-groups"].values()
    names = [entry for group in groups for entry in group if isinstance(entry, str)]

    reasons = [match["rest"].strip() for match in REQUIREMENT.finditer(text)]

    assert len(reasons) == len(names) + len(project["project"]["dependencies"])
    assert [reason for reason in reasons if not re.match(r"# \w", reason)] == []


def test_what_the_code_imports_is_a_dependency_of_its_own():
    packages = {name.split(".")[0] for _, tree in modules(*FLOORS) for name in imports(tree)}
    foreign = packages - set(sys.stdlib_module_names) - {*FLOORS, "settings"}
    homes = packages_distributions()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {_normal(re.match(r"[\w.-]+", line)[0]) for line in project["dependencies"]}

    missing = {name for name in foreign if declared.isdisjoint(map(_normal, homes.get(name, [])))}

    assert missing == set()


def test_every_target_a_person_types_has_a_line_of_help():
    text = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())

    helped = set(re.findall(r"^([a-z]+):.*## \w", text, re.MULTILINE))

    assert helped == phony


def _normal(distribution: str) -> str:
    """The one spelling that all spellings of a distribution's name have in common (PEP 503)."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / name).read_text(), re.M))
