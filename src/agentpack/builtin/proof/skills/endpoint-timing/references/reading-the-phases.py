from sample import app as app
