"""Runs of a called-back story are found in whatever a file says, wherever they stand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.traces import LONG_RUN, RUN, Traces

LETTERS = st.text(alphabet="省科技厅发布ab1\U0001f680\ud800", max_size=60)


@settings(deadline=None)  # numpy is read at the first look
@given(st.lists(st.text(alphabet="省科技厅发布ab1", min_size=4, max_size=LONG_RUN), max_size=6), LETTERS, LETTERS)
def test_every_run_a_text_has_is_found_and_no_other(words: list[str], before: str, after: str) -> None:
    known = {one[:size]: "x" for one in words for size in (4, RUN, LONG_RUN) if len(one) >= size}
    read = before + "".join(words[:2]) + after
    found = set(Traces(known, ()).keys_in(read))
    assert found == {one for one in known if one in read}


def test_a_run_is_found_at_both_ends() -> None:
    run = "厅里昨天发布了通"
    traces = Traces({run: "《通报》"}, ())
    assert [traces.found_in(text.encode()) != [] for text in (run, f"前{run}", f"{run}后", run[:-1])] == [
        True, True, True, False,
    ]  # fmt: skip
