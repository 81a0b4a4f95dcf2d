"""A timing run for people, agents and CI: HTML, Markdown, JUnit, a table in the terminal."""
