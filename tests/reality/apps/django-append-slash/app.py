"""A site whose pages are looked up by their path, as with the flat pages of Django."""

import os
import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import Http404, HttpResponse
from django.urls import path, re_path

settings.configure(
    DEBUG=False,
    SECRET_KEY="reality",
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={},
)


def index(request):
    return HttpResponse(
        "<!doctype html><title>Boats</title><a href=/about/>About</a> <a href=/harbour/>Harbour</a>"
    )


def page(request, url):
    if url.strip("/") not in ("about", "harbour"):
        raise Http404
    return HttpResponse("<!doctype html><title>Page</title><h1>A page</h1>")


urlpatterns = [path("", index), re_path(r"^(?P<url>.*/)$", page)]

app = get_wsgi_application()

if __name__ == "__main__":
    server = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{os.environ['PORT']}", "app:app"]
    os.execv(sys.executable, server)
