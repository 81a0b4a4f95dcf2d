import jwt
import sqlalchemy

check = jwt.decode
