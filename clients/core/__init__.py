"""What the clients share: conversations and their players, errors, patience, downloads. It knows no provider."""
