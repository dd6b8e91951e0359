import pytest

from domain.limits import (
    DEFAULTS,
    FREE_POINTS,
    Budget,
    large_spends,
    limits_of,
    mutation_spends,
    query_spends,
)


def test_the_figures_are_those_of_the_original_design():
    promised = {Budget.STREAMING: 100, Budget.SEARCH: 1000, Budget.CONTENT: 500}

    assert {budget: DEFAULTS[budget] for budget in promised} == promised
    assert DEFAULTS[Budget.MUTATIONS] == 100


def test_a_heartbeat_every_thirty_seconds_takes_a_tenth_of_its_budget():
    assert DEFAULTS[Budget.HEARTBEATS] == 10 * 120


def test_a_screen_is_one_point_however_many_objects_it_names():
    assert query_spends({"page": 1, "node": 7, "viewer": 2}) == {Budget.CONTENT: 1}


def test_each_search_is_a_point():
    spent = query_spends({"search": 3, "suggest": 2, "node": 2})

    assert spent == {Budget.SEARCH: 3, Budget.TYPEAHEAD: 2, Budget.CONTENT: 1}


@pytest.mark.parametrize("name", ["deviceSignIn", "dataJobs"])
def test_what_a_screen_looks_up_is_a_screen(name):
    assert query_spends({name: 2}) == {Budget.CONTENT: 1}


def test_only_what_is_small_is_free():
    assert large_spends({}, FREE_POINTS) == {}
    assert large_spends({}, FREE_POINTS + 1) == {Budget.CONTENT: 1}
    assert large_spends({Budget.SEARCH: 2}, FREE_POINTS + 1) == {Budget.SEARCH: 2}


def test_what_a_mutation_costs_weighs_in_the_budget_of_all_others_alone():
    weights = {"startPlayback": 10, "exportMyData": 10, "saveProfile": 0}

    spent = mutation_spends({"startPlayback": 2, "exportMyData": 1, "saveProfile": 3}, weights)

    assert spent == {Budget.STREAMING: 2, Budget.MUTATIONS: 10 + 3}


@pytest.mark.parametrize("name", ["signIn", "register", "refreshToken", "pollDeviceSignIn"])
def test_whoever_wants_in_is_not_kept_out_by_a_budget(name):
    assert mutation_spends({name: 30}, {}) == {}


def test_an_operator_changes_some_and_the_others_stay():
    limits = limits_of(" content=5000  streaming=200 ")

    assert limits == {**DEFAULTS, Budget.CONTENT: 5000, Budget.STREAMING: 200}
    assert limits_of("") == DEFAULTS
