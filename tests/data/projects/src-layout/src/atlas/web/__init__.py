from atlas.web.application import app

__all__ = ["app"]
