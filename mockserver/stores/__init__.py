"""Where state is kept: in memory, or elsewhere, behind the one protocol of core.store."""
