import sqlmodel
from fastapi import FastAPI

from app.jwks import keys

app = FastAPI()
state = keys, sqlmodel
