"""The routes: thin, one file a group of addresses."""
