"""The committed page of the ledger is what contracts and proofs say now; `make ledger` makes it so."""

from contracts.harness import page


def test_the_page_of_the_ledger_is_fresh():
    assert page.PAGE.read_text(encoding="utf-8") == page.markdown(page.proofs()), f"run {page.REFRESH}"
