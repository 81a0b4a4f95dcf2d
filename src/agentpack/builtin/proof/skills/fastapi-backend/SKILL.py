from pathlib import Path

from sample import app

Path("src/shop").mkdir(parents=True)
Path("src/shop/__init__.py").touch()
