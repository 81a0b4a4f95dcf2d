import os

import beanie
import qdrant_client
import uvicorn
from fastapi import FastAPI

app = FastAPI(title="API")
models = beanie, qdrant_client

if __name__ == "__main__":
    uvicorn.run("main:app", host="0.0.0.0", port=int(os.getenv("PORT", "8085")), reload=True)
