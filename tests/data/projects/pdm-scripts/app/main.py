import piccolo
from fastapi import FastAPI

app = FastAPI()
