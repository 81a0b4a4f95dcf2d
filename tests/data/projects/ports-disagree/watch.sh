#!/bin/sh
uvicorn gateway.main:app --reload --port 8000
