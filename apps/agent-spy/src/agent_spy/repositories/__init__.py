"""The queries, one file a table. They only read; writing goes through the writer."""
