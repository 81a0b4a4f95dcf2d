"""The failures that FastAPI code compiles, deploys and passes review with, found in the code."""
