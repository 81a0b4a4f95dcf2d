from fastapi import FastAPI

app = FastAPI(title="Example")
