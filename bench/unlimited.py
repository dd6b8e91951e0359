"""`marquee` with everybody let in, for as long as it takes: the peer of `marquee bench load`."""

from app import cli
from app.http import operations
from domain import load

EVERYBODY = 1_000_000  # requests; more than can ever come

if __name__ == "__main__":
    load.START = load.FEWEST = load.MOST = EVERYBODY
    operations.DEADLINE_S = dict.fromkeys(operations.DEADLINE_S, float(EVERYBODY))
    cli.main()
