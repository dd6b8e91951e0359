"""Does the documentation say what is so?"""

import re

from settings import Settings
from tests.house.repository import ROOT, tracked

RELATIVE_LINK = re.compile(r"\]\((?!\w+:|#)(?P<target>[^)#\s]+)")


def test_every_relative_link_leads_to_a_tracked_file():
    files = {ROOT / path for path in tracked()}
    places = files | {parent for path in files for parent in path.parents}

    broken = [
        (str(page), target)
        for page in tracked()
        if page.suffix == ".md"
        for target in RELATIVE_LINK.findall((ROOT / page).read_text())
        if (ROOT / page.parent / target).resolve() not in places
    ]

    assert broken == []


def test_the_readme_lists_every_setting_with_its_help():
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| (.+) \|$", (ROOT / "README.md").read_text(), re.MULTILINE
    )

    assert dict(rows) == {
        name.upper(): field.description for name, field in Settings.model_fields.items()
    }


def test_every_decision_is_on_the_list():
    pages = {path.name for path in tracked() if path.parts[:2] == ("docs", "decisions")}

    listed = re.findall(
        r"\]\((\d{4}-[a-z-]+\.md)\)", (ROOT / "docs/decisions/README.md").read_text()
    )

    assert pages == {"README.md", *listed}
