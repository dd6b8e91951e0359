from uuid import UUID

import pytest

from domain.ids import Prefix, kind_of, make


def test_an_id_names_its_kind():
    assert make(Prefix.MOVIE, UUID(int=1)) == "mov_00000000000000000000000000000001"


@pytest.mark.parametrize("prefix", list(Prefix))
def test_the_kind_is_read_back(prefix):
    assert kind_of(make(prefix, UUID(int=1))) is prefix


@pytest.mark.parametrize(
    "text", ["", "mov_", "mov_1", f"xyz_{'0' * 32}", f"mov_{'0' * 33}", f"mov_{'G' * 32}", "mov_\n"]
)
def test_what_is_no_id_has_no_kind(text):
    assert kind_of(text) is None
