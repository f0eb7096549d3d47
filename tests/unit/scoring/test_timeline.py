"""Spans of time, against sets of the instants that they hold."""

from hypothesis import given
from hypothesis import strategies as st

from hotlist.scoring.timeline import Cover, Grant, Presence, Spans, during, union, without

PAIRS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=6)
SPANS = PAIRS.map(union)


def held(spans: object) -> set[int]:
    return {at for start, end in spans for at in range(start, end)}  # type: ignore[attr-defined]


def is_tidy(spans: Spans) -> bool:
    edges = [edge for span in spans for edge in span]
    return edges == sorted(set(edges))


@given(PAIRS)
def test_a_union_holds_the_same_instants_and_its_spans_do_not_touch(
    pairs: list[tuple[int, int]],
) -> None:
    assert held(union(pairs)) == held(pairs)
    assert is_tidy(union(pairs))


@given(SPANS, st.integers(0, 12), st.integers(0, 12))
def test_during(spans: Spans, start: int, end: int) -> None:
    assert held(during(spans, start, end)) == held(spans) & {*range(start, end)}
    assert is_tidy(during(spans, start, end))


@given(SPANS, SPANS)
def test_without(spans: Spans, covered: Spans) -> None:
    assert held(without(spans, covered)) == held(spans) - held(covered)
    assert is_tidy(without(spans, covered))


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 5)), max_size=5), SPANS)
def test_a_cover_grows(starts: list[tuple[int, int]], spans: Spans) -> None:
    cover = Cover()
    for start, length in starts:
        cover.add(((start, start + length),))
    pairs = [(start, start + length) for start, length in starts]
    assert cover.spans == union(pairs)
    assert held(cover.rest(spans)) == held(spans) - held(pairs)
    cover.add(spans)
    assert cover.spans == union((*pairs, *spans))


@given(SPANS, st.integers(0, 12), st.integers(0, 5), st.sampled_from([7, -7]))
def test_extremes_of_a_grant(spans: Spans, first: int, length: int, points: int) -> None:
    last = first + length
    grant = Grant(0, 0, "a", points, spans)
    there = [grant.is_there(at) for at in range(first, last + 1)]
    assert there == [at in held(spans) for at in range(first, last + 1)]
    worths = [points if one else 0 for one in there]
    least, most, presence = grant.extremes(first, last)
    assert presence is (
        Presence.YES if all(there) else Presence.MAYBE if any(there) else Presence.NO
    )
    assert (least, most) == (min(worths), max(worths))
