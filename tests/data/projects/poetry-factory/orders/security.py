from jose import jwt

decode = jwt.decode
