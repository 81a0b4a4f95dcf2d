"""Bytes from the wire to changes of runs. Pure: no framework, no database, no clock."""
