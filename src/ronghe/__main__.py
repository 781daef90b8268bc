"""`python -m ronghe` is the `ronghe` command."""

from ronghe.cli import main

raise SystemExit(main())
