"""`agentpack update`: bring what is installed to what its packs have now."""

from __future__ import annotations

import argparse

from agentpack.cli import changes
from agentpack.cli.compose import compose, installed
from agentpack.install import hold, propose, require_ledger
from agentpack.install.proposal import require_pack

SCOPED = True


def arguments(options: argparse.ArgumentParser) -> None:
    """Which pack, and what to do with conflicts."""
    options.add_argument("--pack", metavar="NAME", help="only this pack")
    changes.arguments(options, brings=True)


def run(args: argparse.Namespace) -> int:
    """Update, and show each change; conflicts exit with 1."""
    with hold(args.root):
        lock = require_ledger(args.root)
        if args.pack is not None:
            require_pack(args.root, lock, args.pack)
        composed = compose(args.root, installed(args.root, lock, args.pack, frozen=args.frozen))
        proposal = propose(args.root, composed.offers, markers=args.markers)
        return changes.carry_out(args, proposal, composed)
