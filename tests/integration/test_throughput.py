"""How many calls a whole batch of the score function makes. `make bench` has its rates."""

import pytest
from bench.batches import BATCHES
from bench.people import Shard

RECORDS = 1_000


@pytest.mark.parametrize("name", BATCHES)
def test_what_a_batch_of_a_thousand_records_costs(aws: None, name: str) -> None:
    make, most_calls, _ = BATCHES[name]
    shard = Shard()
    events = make(shard, RECORDS)
    shard.tables.bill()
    shard.work(events)
    assert 0 < shard.tables.bill().calls.total() <= most_calls * RECORDS
