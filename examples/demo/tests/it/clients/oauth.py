"""Tests two OAuth clients from PyPI with the demo: tokens, refreshes, revocations and introspections.

    oauth.py http://127.0.0.1:PORT
"""
import os
import sys

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # loopback
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import requests
from authlib.integrations.requests_client import OAuth2Session as Authlib
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from oauthlib.oauth2 import InvalidGrantError, LegacyApplicationClient
from requests_oauthlib import OAuth2Session

url = sys.argv[1]
metadata = requests.get(url + "/.well-known/oauth-authorization-server", timeout=10).json()
AuthorizationServerMetadata(metadata).validate_token_endpoint()
assert metadata["issuer"] == url, metadata


def whoami(token):
    return requests.get(url + "/api/v1/whoami", headers={"Authorization": "Bearer " + token}, timeout=10)


# Authlib authenticates as the client with rotating refresh tokens, by HTTP Basic and in the form.
for method in ["client_secret_basic", "client_secret_post"]:
    client = Authlib("rotating", "rotating-secret-for-the-demo-only", token_endpoint_auth_method=method, scope="demo:read")
    first = dict(client.fetch_token(metadata["token_endpoint"], username="ivan", password="ivan", grant_type="password", remember="true"))
    assert first["token_type"] == "bearer" and first["expires_in"] == 600, first
    assert client.get(url + "/api/v1/whoami").json()["scope"] == "demo:read"
    second = dict(client.refresh_token(metadata["token_endpoint"], refresh_token=first["refresh_token"]))
    assert second["refresh_token"] != first["refresh_token"]
    told = client.introspect_token(metadata["introspection_endpoint"], token=second["access_token"]).json()
    assert told["active"] and told["username"] == "ivan" and told["scope"] == "demo:read", told
    assert client.revoke_token(metadata["revocation_endpoint"], token=second["refresh_token"]).status_code == 200
    assert whoami(second["access_token"]).status_code == 401
    assert client.introspect_token(metadata["introspection_endpoint"], token=second["access_token"]).json() == {"active": False}

# A retry within the window gets the same answer. A token that was replaced twice revokes the family.
client = Authlib("rotating", "rotating-secret-for-the-demo-only")
first = dict(client.fetch_token(metadata["token_endpoint"], username="ivan", password="ivan", grant_type="password", remember="true"))
refresh = lambda token: requests.post(
    metadata["token_endpoint"],
    auth=("rotating", "rotating-secret-for-the-demo-only"),
    data={"grant_type": "refresh_token", "refresh_token": token},
    timeout=10,
)
second, again = refresh(first["refresh_token"]).json(), refresh(first["refresh_token"]).json()
assert second["refresh_token"] == again["refresh_token"] and second["access_token"] == again["access_token"]
third = refresh(second["refresh_token"]).json()
assert refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
assert refresh(third["refresh_token"]).json()["error"] == "invalid_grant", "the family has ended"
assert whoami(third["access_token"]).status_code == 401

# requests-oauthlib as a public client. It refreshes an expired token by itself.
public = OAuth2Session(client=LegacyApplicationClient(client_id="public-app"))
token = public.fetch_token(metadata["token_endpoint"], username="AD\\bill.posters", password="blabla", include_client_id=True)
assert token["user_name"] == "AD\\bill.posters" and token["as:client_id"] == "public-app", token
kept = []
public = OAuth2Session(
    "public-app",
    token={**token, "expires_in": -1, "expires_at": 1},
    auto_refresh_url=metadata["token_endpoint"],
    auto_refresh_kwargs={"client_id": "public-app"},
    token_updater=kept.append,
)
assert public.get(url + "/api/v1/whoami").json()["name"] == "AD\\bill.posters"
assert kept and kept[0]["refresh_token"] != token["refresh_token"]
try:
    OAuth2Session(client=LegacyApplicationClient(client_id="public-app")).fetch_token(
        metadata["token_endpoint"], username="ivan", password="wrong", include_client_id=True
    )
    sys.exit("a wrong password was taken")
except InvalidGrantError:
    pass
print("authlib, requests-oauthlib: as expected")
