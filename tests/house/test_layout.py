"""Is everything where a newcomer would look for it, and nothing where it does not belong?"""

import re

from tests.house.repository import FLOORS, ROOT, tracked

TOP = {
    *FLOORS,
    ".ci",
    ".gitignore",
    ".npmrc",
    ".pre-commit-config.yaml",
    "alembic.ini",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "deploy",
    "docs",
    "LICENSE",
    "Makefile",
    "package.json",
    "package-lock.json",
    "pyproject.toml",
    "README.md",
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-node.lock",
    "requirements-uv.lock",
    "settings.py",
    "tests",
    "web",
}

LONGEST_FILE_LINES = 300
LONGER_WITH_A_REASON = {
    "migrations/versions/0001_house_tables.py": "every first table in one step, and never edited",
    "migrations/versions/0005_the_door.py": "every table of the door in one step, and never edited",
    "schema/root.py": "the whole API on one page",
    "tests/web/door.mjs": "one story from the first account to the last, told in order",
    "tests/web/journey.mjs": "one story from sign-in to Continue Watching, told in order",
}
WRITTEN_BY_TOOLS = {".graphql", ".json", ".lock"}

# Joined here, so that this file does not hold them either.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("npmjs", "com"),
        ("registry", "yarnpkg", "com"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
        ("repo", "maven", "apache", "org"),
        ("docker", "io"),
        ("deb", "debian", "org"),
    )
]
PATH_OF_ONE_MACHINE = re.compile(r"(?<![\w.:/}])/(?:home|root|Users|work|farm)/[\w.]")


def test_the_top_level_holds_exactly_these_entries():
    assert {path.parts[0] for path in tracked()} == TOP


def test_no_tracked_file_names_a_registry():
    named = {
        (str(path), host)
        for path, text in _texts()
        for host in REGISTRY_HOSTS
        if host in text.lower()
    }

    assert named == set()


def test_no_tracked_file_holds_a_path_of_one_machine():
    held = {
        (str(path), match.group())
        for path, text in _texts()
        for match in PATH_OF_ONE_MACHINE.finditer(text)
    }

    assert held == set()


def test_a_long_file_is_on_the_list_with_its_reason():
    long = {
        str(path)
        for path, text in _texts()
        if text.count("\n") > LONGEST_FILE_LINES
        and path.suffix not in WRITTEN_BY_TOOLS
        and path.name != "LICENSE"
    }

    assert long == set(LONGER_WITH_A_REASON)


def _texts():
    for path in tracked():
        try:
            yield path, (ROOT / path).read_text()
        except UnicodeDecodeError:
            continue  # a picture
