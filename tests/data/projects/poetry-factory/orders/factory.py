from fastapi import FastAPI


def build() -> FastAPI:
    application = FastAPI(title="Orders")
    return application


def create_app() -> FastAPI:
    return build()
