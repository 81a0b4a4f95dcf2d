"""Incident reports over HTTP, each triaged in the background."""
