"""The only formatter: one file a kind of value, each to text and to JSON."""
