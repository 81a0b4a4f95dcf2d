from fastapi import FastAPI

from atlas.web.admin import admin

app = FastAPI(title="Atlas")
app.mount("/admin", admin)
