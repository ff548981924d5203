"""Everything that the contracts say names where it stands."""

import pytest

from contracts.harness.citations import findings
from contracts.harness.load import load, providers, sources


@pytest.mark.parametrize("provider", providers())
def test_everything_names_where_it_stands(provider):
    assert [str(finding) for finding in findings(load(provider), sources())] == []


def test_the_five_documents_have_the_length_that_they_have():
    documents = {key: source.lines for key, source in sources().items() if source.lines}

    assert documents == {"000": 99, "001": 82, "002": 554, "003": 174, "004": 58}
