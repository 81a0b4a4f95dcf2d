"""What an operator does beside serving: `agent-spy keys`, and so on."""
