"""Runs the bridge."""

import sys

from assay_bridge.wire import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
