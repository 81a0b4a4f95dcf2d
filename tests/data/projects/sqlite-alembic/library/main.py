import logging
from logging.handlers import RotatingFileHandler

import sqlalchemy
from fastapi import FastAPI as Api

logging.getLogger().addHandler(RotatingFileHandler("logs/library.log"))
app = Api(title="Library")
engine = sqlalchemy
