"""Why an endpoint is slow: the application is watched while it serves, and is not changed."""
