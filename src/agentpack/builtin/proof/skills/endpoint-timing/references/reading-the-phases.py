from sample import app
