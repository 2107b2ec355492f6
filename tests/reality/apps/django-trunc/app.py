"""Sightings per year, month or day, as the visitor likes."""

import os
import sys
import tempfile
from datetime import datetime

import django
from django.conf import settings
from django.http import HttpResponse
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
from django.db.models.functions import Trunc


class Sighting(models.Model):
    name = models.CharField(max_length=40)
    seen = models.DateTimeField()

    class Meta:
        app_label = "boats"


def index(request):
    return HttpResponse(
        "<!doctype html><title>Sightings</title><a href='/sightings?by=year'>By year</a> "
        "<a href='/sightings?by=month'>By month</a>"
    )


def sightings(request):
    rows = Sighting.objects.annotate(period=Trunc("seen", request.GET.get("by", "year"))).order_by("period")
    items = "".join(f"<li>{escape(row.period)}: {escape(row.name)}</li>" for row in rows)
    return HttpResponse(f"<!doctype html><title>Sightings</title><ul>{items}</ul>")


urlpatterns = [path("", index), path("sightings", sightings)]

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    with connection.schema_editor() as editor:
        editor.create_model(Sighting)
    for name, year in (("Heron", 2019), ("Kestrel", 2020), ("Teal", 2021)):
        Sighting.objects.create(name=name, seen=datetime(year, 5, 1))
    execute_from_command_line([sys.argv[0], "runserver", "--noreload", f"127.0.0.1:{os.environ['PORT']}"])
