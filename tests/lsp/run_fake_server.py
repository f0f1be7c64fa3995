"""``fake_server`` by path, for clients that cannot choose where a server is started."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.lsp.fake_server import main

sys.exit(main())
