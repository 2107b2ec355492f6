"""A search page under development: its template shows its variables by the `debug` tag."""

import os
import sys

from django.conf import settings
from django.http import HttpResponse
from django.template import engines
from django.urls import path

settings.configure(
    DEBUG=True,
    SECRET_KEY="reality",
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    ROOT_URLCONF=__name__,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    DATABASES={},
)
PAGE = """<!doctype html><title>Search</title><form action=/search><input name=q value="{{ q }}"></form>
<p>Nothing found for {{ q }}</p><pre>{% debug %}</pre>"""


def index(request):
    return HttpResponse("<!doctype html><title>Boats</title><form action=/search><input name=q></form>")


def search(request):
    template = engines["django"].from_string(PAGE)
    return HttpResponse(template.render({"q": request.GET.get("q", "")}))


urlpatterns = [path("", index), path("search", search)]

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line([sys.argv[0], "runserver", "--noreload", f"127.0.0.1:{os.environ['PORT']}"])
