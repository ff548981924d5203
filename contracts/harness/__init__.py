"""Reads the contracts, checks their citations, judges exchanges by them, and keeps the ledger of what is proven."""
