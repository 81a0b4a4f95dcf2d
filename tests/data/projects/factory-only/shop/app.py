from fastapi import FastAPI


class Shop(FastAPI):
    """The shop's own application."""


def create_app() -> FastAPI:
    app = Shop(title="Shop")
    return app
