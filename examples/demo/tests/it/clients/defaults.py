"""Two OAuth clients of PyPI with their default settings, as a public and as a confidential client.

    defaults.py http://127.0.0.1:PORT
"""
import os
import sys

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # loopback
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as Authlib
from oauthlib.oauth2 import InvalidClientError, LegacyApplicationClient
from requests_oauthlib import OAuth2Session

url = sys.argv[1]
token_url = url + "/token"
clients = [("public-app", None), ("rotating", "rotating-secret-for-the-demo-only")]


def name_of(session):
    return session.get(url + "/api/v1/whoami").json()["name"]


for client_id, secret in clients:
    # Without a client secret, requests-oauthlib sends HTTP Basic with an empty secret.
    session = OAuth2Session(client=LegacyApplicationClient(client_id=client_id))
    more = {} if secret is None else {"client_secret": secret}
    first = session.fetch_token(token_url, username="ivan", password="ivan", **more)
    assert name_of(session) == "ivan", client_id
    second = session.refresh_token(token_url, client_id=client_id, **more)
    assert second["refresh_token"] != first["refresh_token"], client_id
    assert name_of(session) == "ivan", client_id

    session = Authlib(client_id, secret)
    first = dict(session.fetch_token(token_url, username="ivan", password="ivan"))
    assert name_of(session) == "ivan", client_id
    second = session.refresh_token(token_url)
    assert second["refresh_token"] != first["refresh_token"], client_id
    # Authlib refreshes an expired token by itself.
    session = Authlib(client_id, secret, token_endpoint=token_url, token={**second, "expires_at": 1})
    assert name_of(session) == "ivan", client_id

try:
    OAuth2Session(client=LegacyApplicationClient(client_id="rotating")).fetch_token(
        token_url, username="ivan", password="ivan", client_secret="wrong"
    )
    sys.exit("a wrong secret was taken")
except InvalidClientError as refused:
    assert refused.description == "client authentication failed", refused.description
try:
    Authlib("rotating", "wrong").fetch_token(token_url, username="ivan", password="ivan")
    sys.exit("a wrong secret was taken")
except OAuthError as refused:
    assert refused.error == "invalid_client", refused
print("authlib, requests-oauthlib by default: as expected")
