"""HTTP for any provider: requests as handlers see them, gates, files, and the street that finds the house."""
