from fastapi import FastAPI

app = FastAPI(title="Not this one")
