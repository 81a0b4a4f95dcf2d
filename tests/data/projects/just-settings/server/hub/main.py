import fastapi_users
import uvicorn
from fastapi import FastAPI

from hub.settings import settings

app = FastAPI()
users = fastapi_users


def main() -> None:
    uvicorn.run("hub.main:app", port=settings.api_port)


if __name__ == "__main__":
    main()
