"""Prints the cities of a network that are off track, each with its pace: `client.py URL NETWORK`.

By the package `pledgewatch_client`, which openapi-python-client makes of the specification.
"""

import sys

from pledgewatch_client import Client
from pledgewatch_client.api.cities import list_cities
from pledgewatch_client.models import ListCityItem
from pledgewatch_client.types import UNSET

url, network = sys.argv[1:]
cursor = UNSET
with Client(base_url=url) as client:
    while True:
        # Small pages, so that there are several.
        page = list_cities.sync(client=client, network=network, verdict="off_track", limit=2, cursor=cursor)
        assert isinstance(page, ListCityItem), page
        for city in page.items:
            print(city.id, city.headline.pace)
        cursor = page.next_
        if cursor is UNSET:
            break
