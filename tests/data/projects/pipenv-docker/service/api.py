import fastapi
import sqlalchemy

application: fastapi.FastAPI = fastapi.FastAPI()
