from fastapi import FastAPI

admin = FastAPI(title="Admin")
