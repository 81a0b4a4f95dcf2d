import uvicorn


def serve(port: int = 8123) -> None:
    uvicorn.run("atlas.web:app", port=port, reload=True)
