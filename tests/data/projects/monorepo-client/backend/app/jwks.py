import jwt

keys = jwt.PyJWKClient("http://localhost:3000/api/auth/jwks")
