"""The proof of a pack: every fenced block of its pages runs, is checked, or says why not."""

from agentpack.proof.run import prove
from agentpack.proof.sandbox import Limits
from agentpack.proof.values import VERDICTS, Proof, Result, Standing, Verdict
from agentpack.proof.working import PRELUDES, Options

__all__ = [
    "PRELUDES",
    "VERDICTS",
    "Limits",
    "Options",
    "Proof",
    "Result",
    "Standing",
    "Verdict",
    "prove",
]
