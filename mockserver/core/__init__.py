"""What every provider shares: plain Python that knows no provider, no HTTP and no database."""
