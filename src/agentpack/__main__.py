"""`python -m agentpack`."""

import sys

from agentpack.cli import main

sys.exit(main())
