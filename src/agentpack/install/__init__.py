"""Install, update, status and uninstall: pure plans over a ledger, and one writer."""

from agentpack.install.apply import apply, lay_out_decisions
from agentpack.install.differences import Difference
from agentpack.install.edits import propose_accept, propose_resolve
from agentpack.install.hold import hold, settle_first
from agentpack.install.lock import Installed, Lock, LockedFact
from agentpack.install.offer import File, Offer
from agentpack.install.plan import Change
from agentpack.install.proposal import Proposal, propose, propose_removal, require_ledger
from agentpack.install.status import Status, state, status
from agentpack.install.target import ledger

__all__ = [
    "Change",
    "Difference",
    "File",
    "Installed",
    "Lock",
    "LockedFact",
    "Offer",
    "Proposal",
    "Status",
    "apply",
    "hold",
    "lay_out_decisions",
    "ledger",
    "propose",
    "propose_accept",
    "propose_removal",
    "propose_resolve",
    "require_ledger",
    "settle_first",
    "state",
    "status",
]
