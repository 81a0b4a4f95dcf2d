"""Time endpoints as truly as curl does, hold them against budgets, and say why one is slow."""
