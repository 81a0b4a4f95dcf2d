"""Install, status and uninstall: pure plans over a ledger, and one writer."""

from agentpack.install.apply import install, lay_out_decisions, uninstall
from agentpack.install.plan import Change, Plan, plan_uninstall
from agentpack.install.proposal import Proposal, propose
from agentpack.install.status import Status, status
from agentpack.install.target import digests, ledger

__all__ = [
    "Change",
    "Plan",
    "Proposal",
    "Status",
    "digests",
    "install",
    "lay_out_decisions",
    "ledger",
    "plan_uninstall",
    "propose",
    "status",
    "uninstall",
]
