import subprocess

from sample import app

# The page looks for its own prints with git.
subprocess.run(["git", "init", "--quiet"], check=True)
