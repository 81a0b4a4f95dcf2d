import socketio
from authlib.jose import jwt
from fastapi import FastAPI

api = FastAPI(title="Studio")
socket = socketio.ASGIApp(socketio.AsyncServer(), api)
decode = jwt
