"""`python -m plugin.cli …`, the same as `kakuyaku …`."""

import sys

from plugin.cli.entry import main

sys.exit(main())
