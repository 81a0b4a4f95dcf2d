"""The pages for people: templates, and how values become text and figures."""
