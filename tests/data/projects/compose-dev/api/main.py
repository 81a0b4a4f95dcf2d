import sqlmodel
from fastapi import FastAPI

app = FastAPI()
