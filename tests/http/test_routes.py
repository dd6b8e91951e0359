from app import http
from app.http.admission import Admission


def test_every_door_that_is_not_graphql_is_on_one_list(stores, house):
    routes = http.routes(stores, house, Admission())

    assert [(route.path, sorted(route.methods)) for route in routes] == [
        ("/media/{address:path}", ["GET", "HEAD", "OPTIONS"]),
        ("/license/clearkey", ["OPTIONS", "POST"]),
        ("/license/key/{kid}", ["GET", "HEAD", "OPTIONS"]),
        ("/my-data/{job_id}", ["GET", "HEAD"]),
        ("/.well-known/jwks.json", ["GET", "HEAD", "OPTIONS"]),
        ("/livez", ["GET", "HEAD"]),
        ("/readyz", ["GET", "HEAD"]),
        ("/metrics", ["GET", "HEAD"]),
    ]
