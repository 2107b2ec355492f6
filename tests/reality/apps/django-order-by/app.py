"""A list that the visitor may sort by a column."""

import os
import sys
import tempfile

import django
from django.conf import settings
from django.core.exceptions import FieldError
from django.http import HttpResponse, HttpResponseBadRequest
from django.urls import path
from django.utils.html import escape

settings.configure(
    DEBUG=False,
    SECRET_KEY="reality",
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": tempfile.mkdtemp() + "/boats.db"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from django.db import connection, models


class Boat(models.Model):
    name = models.CharField(max_length=40)
    length = models.IntegerField()

    class Meta:
        app_label = "boats"


def index(request):
    return HttpResponse(
        "<!doctype html><title>Boats</title><a href='/boats?order=name'>By name</a> "
        "<a href='/boats?order=length'>By length</a>"
    )


def boats(request):
    try:
        rows = list(Boat.objects.order_by(request.GET.get("order", "name")))
    except FieldError:
        return HttpResponseBadRequest("No such column")
    items = "".join(f"<li>{escape(boat.name)}, {boat.length} m</li>" for boat in rows)
    return HttpResponse(f"<!doctype html><title>Boats</title><ul>{items}</ul>")


urlpatterns = [path("", index), path("boats", boats)]

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    with connection.schema_editor() as editor:
        editor.create_model(Boat)
    for name, length in (("Heron", 7), ("Kestrel", 12), ("Teal", 4)):
        Boat.objects.create(name=name, length=length)
    execute_from_command_line([sys.argv[0], "runserver", "--noreload", f"127.0.0.1:{os.environ['PORT']}"])
