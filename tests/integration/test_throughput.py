"""How many calls a whole batch of the score function makes. `make bench` has its rates."""

import pytest
from bench.batches import BATCHES, RECORDS, Shard


@pytest.mark.parametrize("name", BATCHES)
def test_what_a_batch_of_a_thousand_records_costs(aws: None, name: str) -> None:
    make, most_calls, _ = BATCHES[name]
    shard = Shard()
    shard.work(make(shard, RECORDS))
    assert 0 < shard.tables.calls.total() <= most_calls * RECORDS
