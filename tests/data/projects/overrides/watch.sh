#!/bin/sh
uvicorn main:app --reload --port 8000
