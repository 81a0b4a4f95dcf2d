def check(page):
    """A store that does not answer is 503, not 404 and not 500."""

    def fail(**_):
        raise page.MlflowException("connection refused")

    page.mlflow.log_feedback = fail
    try:
        page.add_feedback("tr-1", page.Verdict(helpful=True, reviewer="ada"))
    except page.HTTPException as error:
        assert error.status_code == 503
    else:
        raise AssertionError("answered")
