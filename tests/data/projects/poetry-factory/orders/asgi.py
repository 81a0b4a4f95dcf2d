from tortoise import Tortoise

from .factory import create_app

app = create_app()
models = Tortoise
