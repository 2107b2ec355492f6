"""A download whose file name the visitor chooses."""

import os

from bottle import request, response, route, run


@route("/")
def index():
    return "<!doctype html><title>Boats</title><a href='/export?name=boats.csv'>Export</a>"


@route("/export")
def export():
    response.content_type = "text/csv"
    response.set_header(
        "Content-Disposition", "attachment; filename=" + request.query.get("name", "boats.csv")
    )
    return "Heron,7\n"


run(host="127.0.0.1", port=int(os.environ["PORT"]), quiet=True)
