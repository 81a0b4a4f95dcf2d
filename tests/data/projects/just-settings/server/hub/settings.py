class Settings:
    api_port: int = 8200


settings = Settings()
