from fastapi import FastAPI

from app.auth import check

app = FastAPI(title="Ledger API", dependencies=[check])
