"""Pages whose address ends with a slash; without it the visitor is sent there."""

import os
import sys

from webob import Request, Response


def app(environ, start_response):
    request = Request(environ)
    if request.path == "/":
        answer = Response("<!doctype html><title>Boats</title><a href=/harbour>Harbour</a>")
    elif request.path.endswith("/"):
        answer = Response("<!doctype html><title>Page</title><h1>A page</h1>")
    else:
        answer = Response(status=302, location=request.path + "/")
    return answer(environ, start_response)


if __name__ == "__main__":
    server = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{os.environ['PORT']}", "app:app"]
    os.execv(sys.executable, server)
