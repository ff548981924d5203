"""`python -m mockserver`: the same as the command `fauxreel`."""

import sys

from mockserver.cli import main

if __name__ == "__main__":
    sys.exit(main())
