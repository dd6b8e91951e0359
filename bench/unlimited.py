"""`marquee` with everybody let in, for as long as it takes: the peer of `marquee bench load`."""

from app import cli
from app.http import graphql
from domain import load

EVERYBODY = 1_000_000  # requests; more than can ever come

if __name__ == "__main__":
    load.START = load.FEWEST = load.MOST = EVERYBODY
    graphql.DEADLINE_S = dict.fromkeys(graphql.DEADLINE_S, float(EVERYBODY))
    cli.main()
