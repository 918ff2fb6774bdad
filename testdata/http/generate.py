#!/usr/bin/env python3
"""Writes the corpus of malformed and hostile HTTP beside itself: one file a group, one case a line.

A case is what is sent, byte for byte, and what must come back: the status, and the error code (RFC 6749's `error`, RFC 6750's, or the end of a
problem's `type`; empty where the answer has none). Text stands for bytes as Latin-1. `${access}`, `${refresh}` and `${pat}` are tokens of a
member, `${super}` is an access token of a super administrator, `${length}` the length of what follows the head.
What is expected follows from docs/requirements.md and the standards named in each group, and not from what a server was seen to answer.
"""
import base64
import json
import pathlib

HERE = pathlib.Path(__file__).parent
CANARY = "zqxcanary"
FORM = "application/x-www-form-urlencoded"
BASIC = "Basic " + base64.b64encode(b"test.token:a7d849366d224f8eb521ccf696925627").decode()
TCHAR = set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
B64TOKEN = set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~+/")

groups = {}


def case(group, name, send, status, error=""):
    groups.setdefault(group, []).append({"name": name, "send": send, "status": status, "error": error})


def request(method, target, headers, body=None, version="HTTP/1.1"):
    lines = [f"{method} {target} {version}\r\nHost: localhost\r\nConnection: close\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in headers]
    if body is not None:
        lines.append("Content-Length: ${length}\r\n")
    return "".join(lines) + "\r\n" + (body or "")


def whoami(*values):
    return request("GET", "/api/v1/whoami", [("Authorization", value) for value in values])


def form(path, body, headers=(("Authorization", BASIC),), media=FORM):
    own = list(headers) + ([("Content-Type", media)] if media is not None else [])
    return request("POST", path, own, body)


def api(method, path, body=None, token="${access}", media="application/json"):
    own = [("Authorization", f"Bearer {token}")] + ([("Content-Type", media)] if body is not None and media else [])
    return request(method, "/api/v1" + path, own, body)


def is_field_byte(byte):
    """What a field value may hold (RFC 9110 §5.5): no control but the tab."""
    return byte == 9 or 32 <= byte <= 126 or byte >= 128


# --- I2: Authorization: Bearer (RFC 6750 §2.1) ---------------------------------------------------------
G = "bearer"
for byte in range(256):
    value = f"Bearer {CANARY}{chr(byte)}a"
    if not is_field_byte(byte):
        case(G, f"byte {byte:#04x} in a token", [whoami(value)], 400)
    elif chr(byte) in B64TOKEN:
        case(G, f"byte {byte:#04x} in a token", [whoami(value)], 401, "invalid_token")
    else:
        case(G, f"byte {byte:#04x} in a token", [whoami(value)], 400, "invalid_request")
for name, values, status, error in [
    ("no header", [], 401, ""),
    ("good", ["Bearer ${access}"], 200, ""),
    ("good, upper case", ["BEARER ${access}"], 200, ""),
    ("good, mixed case", ["bEaReR ${access}"], 200, ""),
    ("good, blanks around the value are no part of it", ["   Bearer ${access} \t "], 200, ""),
    ("twice the same", ["Bearer ${access}", "Bearer ${access}"], 400, "invalid_request"),
    ("twice, the other Basic", [BASIC, "Bearer ${access}"], 400, "invalid_request"),
    ("twice, the other empty", ["Bearer ${access}", ""], 400, "invalid_request"),
    ("twice, neither Bearer", [BASIC, BASIC], 400, "invalid_request"),
    ("joined by a comma", ["Bearer ${access}, Bearer ${access}"], 400, "invalid_request"),
    ("joined by a comma without a blank", ["Bearer ${access},Bearer ${access}"], 400, "invalid_request"),
    ("scheme alone", ["Bearer"], 400, "invalid_request"),
    ("scheme and a blank", ["Bearer "], 400, "invalid_request"),
    ("two blanks", ["Bearer  ${access}"], 200, ""),
    ("five blanks", ["Bearer     ${access}"], 200, ""),
    ("blanks alone", ["Bearer    "], 400, "invalid_request"),
    ("a tab", ["Bearer\t${access}"], 400, "invalid_request"),
    ("a blank and a tab", ["Bearer \t${access}"], 400, "invalid_request"),
    ("an equals sign", ["Bearer=${access}"], 400, "invalid_request"),
    ("a colon", ["Bearer:${access}"], 400, "invalid_request"),
    ("quoted", ['Bearer "${access}"'], 400, "invalid_request"),
    ("as a parameter", ["Bearer token=${access}"], 400, "invalid_request"),
    ("padding", ["Bearer ${access}=="], 401, "invalid_token"),
    ("padding alone", ["Bearer =="], 400, "invalid_request"),
    ("a percent escape", ["Bearer %63fa"], 400, "invalid_request"),
    ("another scheme", ["Digest " + CANARY], 401, ""),
    ("another scheme, longer", ["Bearerx " + CANARY], 401, ""),
    ("another scheme, shorter", ["Beare " + CANARY], 401, ""),
    ("Basic", [BASIC], 401, ""),
    ("empty", [""], 400, "invalid_request"),
    ("a comma first", [",Bearer ${access}"], 400, "invalid_request"),
    ("a byte order mark", ["\xef\xbb\xbfBearer ${access}"], 400, "invalid_request"),
    ("fullwidth letters", ["\xef\xbc\xa2earer ${access}"], 400, "invalid_request"),
    ("fullwidth letters in the token", ["Bearer cfa\xef\xbc\xbfx"], 400, "invalid_request"),
    ("overlong UTF-8", ["Bearer a\xc0\xafb"], 400, "invalid_request"),
    ("a zero-width blank", ["Bearer ${access}\xe2\x80\x8b"], 400, "invalid_request"),
    ("a no-break blank", ["Bearer ${access}\xc2\xa0"], 400, "invalid_request"),
    ("a refresh token", ["Bearer ${refresh}"], 401, "invalid_token"),
    ("a token of another prefix", ["Bearer cfx${access}"], 401, "invalid_token"),
    ("a token with a letter more", ["Bearer ${access}a"], 401, "invalid_token"),
    ("a client secret", ["Bearer a7d849366d224f8eb521ccf696925627"], 401, "invalid_token"),
]:
    case(G, name, [whoami(*values)], status, error)
for size in [1, 87, 88, 89, 1024, 4088, 4089]:
    case(G, f"a token of {size} letters", [whoami("Bearer " + "a" * size)], 401, "invalid_token")
for size in [4090, 4096, 8192]:
    case(G, f"a token of {size} letters", [whoami("Bearer " + "a" * size)], 400, "invalid_request")
case(G, "a token in the query", [request("GET", "/api/v1/whoami?access_token=${access}", [])], 401)
case(G, "a token in the body", [request("GET", "/api/v1/whoami", [("Content-Type", FORM)], "access_token=${access}")], 401)
case(G, "a token in a cookie", [request("GET", "/api/v1/whoami", [("Cookie", "session=${access}; access_token=${access}")])], 401)
case(G, "a token in a header of another name", [request("GET", "/api/v1/whoami", [("X-Authorization", "Bearer ${access}")])], 401)
case(G, "a token in a proxy's header", [request("GET", "/api/v1/whoami", [("Proxy-Authorization", "Bearer ${access}")])], 401)
case(G, "header and query", [request("GET", "/api/v1/whoami?access_token=" + CANARY, [("Authorization", "Bearer ${access}")])], 200)

# --- I4: Authorization: Basic (RFC 7617, RFC 6749 §2.3.1) ------------------------------------------------------------------------------
G = "basic"
GRANT = "grant_type=refresh_token&refresh_token=cfr_x"


def basic(value, body=GRANT, path="/token"):
    return form(path, body, [("Authorization", value)])


def encoded(text):
    return "Basic " + base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


for byte in range(256):
    value = "Basic dGVz" + chr(byte) + "dC50"
    if is_field_byte(byte):
        case(G, f"byte {byte:#04x} in base64", [basic(value)], 401, "invalid_client")
    else:
        case(G, f"byte {byte:#04x} in base64", [basic(value)], 400)
for name, value, status, error in [
    ("good", BASIC, 400, "invalid_grant"),
    ("good, upper case as 12d Synergy documents it", BASIC.replace("Basic", "BASIC"), 400, "invalid_grant"),
    ("good, mixed case", BASIC.replace("Basic", "bAsIc"), 400, "invalid_grant"),
    ("good, the colon as it is in the secret's half", encoded("test.token:a7d849366d224f8eb521ccf696925627"), 400, "invalid_grant"),
    ("good, form-encoded", encoded("test%2Etoken:a7d849366d224f8eb521ccf69692562%37"), 400, "invalid_grant"),
    ("encoded twice", encoded("test%252Etoken:a7d849366d224f8eb521ccf696925627"), 401, "invalid_client"),
    ("no colon", encoded("test.token"), 401, "invalid_client"),
    ("many colons", encoded("test.token:a7d849366d224f8eb521ccf696925627:"), 401, "invalid_client"),
    ("no id", encoded(":a7d849366d224f8eb521ccf696925627"), 401, "invalid_client"),
    ("no secret", encoded("test.token:"), 401, "invalid_client"),
    ("nothing", encoded(""), 401, "invalid_client"),
    ("a colon alone", encoded(":"), 401, "invalid_client"),
    ("scheme alone", "Basic", 401, "invalid_client"),
    ("scheme and a blank", "Basic ", 401, "invalid_client"),
    ("two blanks", BASIC.replace(" ", "  "), 400, "invalid_grant"),
    ("blanks alone", "Basic    ", 401, "invalid_client"),
    ("a tab", BASIC.replace(" ", "\t"), 401, "invalid_client"),
    ("no padding", "Basic dGVzdC50b2tlbjphYg", 401, "invalid_client"),
    ("stray bits", "Basic dGVzdC50b2tlbjphYh==", 401, "invalid_client"),
    ("the alphabet of URLs", encoded(b"test.token:\xff\xfe\xfd").replace("+", "-").replace("/", "_"), 401, "invalid_client"),
    ("no UTF-8", encoded(b"test.token:\xff\xfe"), 401, "invalid_client"),
    ("a NUL", encoded("test.token:a7d849366d224f8eb521ccf696925627\0"), 401, "invalid_client"),
    ("a line feed after the secret", encoded("test.token:a7d849366d224f8eb521ccf696925627\n"), 401, "invalid_client"),
    ("a blank after the secret", encoded("test.token:a7d849366d224f8eb521ccf696925627 "), 401, "invalid_client"),
    ("a zero-width blank after the secret", encoded("test.token:a7d849366d224f8eb521ccf696925627\u200b"), 401, "invalid_client"),
    ("a blank before the id", encoded(" test.token:a7d849366d224f8eb521ccf696925627"), 401, "invalid_client"),
    ("the id in upper case", encoded("TEST.TOKEN:a7d849366d224f8eb521ccf696925627"), 401, "invalid_client"),
    ("the secret in upper case", encoded("test.token:A7D849366D224F8EB521CCF696925627"), 401, "invalid_client"),
    ("a plus where the id has a dot", encoded("test+token:a7d849366d224f8eb521ccf696925627"), 401, "invalid_client"),
    ("an escape that is none", encoded("test.token:%zz"), 401, "invalid_client"),
    ("a truncated escape", encoded("test.token:a7d8%4"), 401, "invalid_client"),
    ("an escaped NUL", encoded("test.token:a7d8%00"), 401, "invalid_client"),
    ("an escaped colon in the id", encoded("test.token%3Aa7d849366d224f8eb521ccf696925627"), 401, "invalid_client"),
    ("an unknown client", encoded(CANARY + ":x"), 401, "invalid_client"),
    ("a public client with a secret", encoded("public-app:x"), 401, "invalid_client"),
    ("a public client with an empty secret", encoded("public-app:"), 400, "invalid_grant"),
    ("a client without grants", encoded("machine:machine-secret-for-the-demo-only"), 400, "unauthorized_client"),
    ("the secret of another client", encoded("rotating:a7d849366d224f8eb521ccf696925627"), 401, "invalid_client"),
    ("a bearer token", "Bearer ${access}", 401, "invalid_client"),
    ("quoted", 'Basic "dGVzdA=="', 401, "invalid_client"),
    ("joined by a comma", BASIC + ", " + BASIC, 401, "invalid_client"),
]:
    case(G, name, [basic(value)], status, error)
for size in [72, 73, 1024, 2048]:
    case(G, f"a secret of {size} bytes", [basic(encoded("test.token:" + "a" * size))], 401, "invalid_client")
    case(G, f"a secret of {size} bytes, its end another", [basic(encoded("test.token:" + "a" * (size - 1) + "b"))], 401, "invalid_client")
for size in [100, 101, 255, 1024]:
    case(G, f"an id of {size} bytes", [basic(encoded("a" * size + ":x"))], 401, "invalid_client")
case(G, "over 4 KiB", [basic(encoded("test.token:" + "a" * 4096))], 401, "invalid_client")
TWO = [("Authorization", BASIC), ("Authorization", BASIC)]
case(G, "twice", [form("/token", GRANT, TWO)], 400, "invalid_request")
for other in ["Bearer x", "", "Negotiate YTpi", "Digest " + CANARY, "Basics YTpi"]:
    case(G, f"beside {other!r}, which is as if absent", [form("/token", GRANT, [("Authorization", BASIC), ("Authorization", other)])], 400, "invalid_grant")
    case(G, f"{other!r} before it, which is as if absent", [form("/token", GRANT, [("Authorization", other), ("Authorization", BASIC)])], 400, "invalid_grant")
    case(G, f"{other!r} beside a public client by form", [form("/token", GRANT + "&client_id=public-app", [("Authorization", other)])], 400, "invalid_grant")
    case(G, f"{other!r} beside a wrong secret by form", [form("/token", GRANT + "&client_id=test.token&client_secret=x", [("Authorization", other)])], 400, "invalid_client")
for name, more in [("", ""), (", an empty secret by form", "&client_secret="), (", named again", "&client_id=public-app")]:
    case(G, "a public client by Basic with an empty secret" + name, [basic(encoded("public-app:"), GRANT + more)], 400, "invalid_grant")
case(G, "a public client by form with an empty secret", [form("/token", GRANT + "&client_id=public-app&client_secret=", [])], 400, "invalid_grant")
case(G, "a public client by Basic and another id by form", [basic(encoded("public-app:"), GRANT + "&client_id=rotating")], 400, "invalid_request")
for path in ["/token", "/revoke", "/introspect"]:
    own = GRANT + "&token=x"
    case(G, f"{path}: Basic and a secret in the form", [form(path, own + "&client_id=test.token&client_secret=a7d849366d224f8eb521ccf696925627")], 400, "invalid_request")
    case(G, f"{path}: Basic and another client's id", [form(path, own + "&client_id=rotating")], 400, "invalid_request")
    case(G, f"{path}: an unusable header and a secret in the form", [form(path, own + "&client_id=test.token&client_secret=x", [("Authorization", "Basic !")])], 400, "invalid_request")
    case(G, f"{path}: nobody", [form(path, own, [])], 401, "invalid_client")
    case(G, f"{path}: an unknown client by form", [form(path, own + "&client_id=" + CANARY + "&client_secret=x", [])], 400, "invalid_client")
    case(G, f"{path}: a wrong secret by form", [form(path, own + "&client_id=test.token&client_secret=x", [])], 400, "invalid_client")
    case(G, f"{path}: a confidential client without its secret", [form(path, own + "&client_id=test.token", [])], 400, "invalid_client")
    case(G, f"{path}: a secret without an id", [form(path, own + "&client_secret=a7d849366d224f8eb521ccf696925627", [])], 401, "invalid_client")
case(G, "introspection by a public client", [form("/introspect", "token=x&client_id=public-app", [])], 400, "invalid_client")
case(G, "introspection by a public client, by Basic", [basic(encoded("public-app:"), "token=x", "/introspect")], 401, "invalid_client")

# --- I3: forms (RFC 6749 §3.2, appendix B) ---------------------------------------------------------------------------------------------
G = "form"
for byte in range(256):
    body = "grant_type=refresh_token&refresh_token=x" + chr(byte)
    bad = byte == 0 or byte >= 128 or chr(byte) == "%"
    case(G, f"byte {byte:#04x} as it is", [form("/token", body)], 400, "invalid_request" if bad else "invalid_grant")
    bad = byte == 0 or byte >= 128
    case(G, f"byte {byte:#04x} escaped", [form("/token", "grant_type=refresh_token&refresh_token=x%%%02x" % byte)], 400, "invalid_request" if bad else "invalid_grant")
for name, body, status, error in [
    ("empty", "", 400, "invalid_request"),
    ("ampersands alone", "&&&&", 400, "invalid_request"),
    ("no grant", "refresh_token=x", 400, "invalid_request"),
    ("an empty grant is an omitted one", "grant_type=&refresh_token=x", 400, "invalid_request"),
    ("an unknown grant", "grant_type=" + CANARY, 400, "unsupported_grant_type"),
    ("a grant in upper case", "grant_type=PASSWORD&username=a&password=b", 400, "unsupported_grant_type"),
    ("a grant with a blank", "grant_type=password+&username=a&password=b", 400, "unsupported_grant_type"),
    ("the implicit grant", "grant_type=implicit", 400, "unsupported_grant_type"),
    ("client credentials", "grant_type=client_credentials", 400, "unauthorized_client"),
    ("a repeated known parameter", GRANT + "&grant_type=refresh_token", 400, "invalid_request"),
    ("a repeated unknown parameter", GRANT + "&zz=1&zz=2", 400, "invalid_request"),
    ("a repeated parameter without values", GRANT + "&zz&zz", 400, "invalid_request"),
    ("a repeated parameter in another spelling", GRANT + "&%67rant_type=refresh_token", 400, "invalid_request"),
    ("a repeated parameter of no name", GRANT + "&=1&=2", 400, "invalid_request"),
    ("a name in another case is another name", GRANT + "&Grant_Type=password", 400, "invalid_grant"),
    ("an unknown parameter", GRANT + "&" + CANARY + "=1", 400, "invalid_grant"),
    ("a parameter of no name", GRANT + "&=1", 400, "invalid_grant"),
    ("semicolons do not separate", "grant_type=refresh_token;refresh_token=x", 400, "unsupported_grant_type"),
    ("a truncated escape", GRANT + "%4", 400, "invalid_request"),
    ("a lone percent sign", GRANT + "%", 400, "invalid_request"),
    ("an escape that is none", GRANT + "%zz", 400, "invalid_request"),
    ("an escape with a sign", GRANT + "%+1", 400, "invalid_request"),
    ("an escape in a name", GRANT + "&%zz=1", 400, "invalid_request"),
    ("an escaped NUL in a name", GRANT + "&a%00=1", 400, "invalid_request"),
    ("half a UTF-8 sequence", GRANT + "&a=%C3", 400, "invalid_request"),
    ("a surrogate", GRANT + "&a=%ED%A0%80", 400, "invalid_request"),
    ("overlong UTF-8", GRANT + "&a=%C0%AF", 400, "invalid_request"),
    ("a byte order mark", "%EF%BB%BFgrant_type=refresh_token&refresh_token=x", 400, "invalid_request"),
    ("CRLF in a value", GRANT + "&a=%0D%0ASet-Cookie:%20" + CANARY, 400, "invalid_grant"),
    ("32 parameters", GRANT + "".join(f"&p{at}=1" for at in range(30)), 400, "invalid_grant"),
    ("33 parameters", GRANT + "".join(f"&p{at}=1" for at in range(31)), 413, "invalid_request"),
    ("remember TRUE", "grant_type=password&username=ivan&password=ivan&remember=TRUE", 200, ""),
    ("remember True", "grant_type=password&username=ivan&password=ivan&remember=True", 200, ""),
    ("remember False", "grant_type=password&username=ivan&password=ivan&remember=False", 200, ""),
    ("remember yes", "grant_type=password&username=ivan&password=ivan&remember=yes", 400, "invalid_request"),
    ("remember 1", "grant_type=password&username=ivan&password=ivan&remember=1", 400, "invalid_request"),
    ("remember twice", "grant_type=password&username=ivan&password=ivan&remember=true&remember=true", 400, "invalid_request"),
    ("remember empty", "grant_type=password&username=ivan&password=ivan&remember=", 200, ""),
    ("remember false", "grant_type=password&username=ivan&password=ivan&remember=false", 200, ""),
    ("a scope beyond the standard's letters", "grant_type=password&username=ivan&password=ivan&scope=a%22b", 400, "invalid_scope"),
    ("a scope with a backslash", "grant_type=password&username=ivan&password=ivan&scope=a%5Cb", 400, "invalid_scope"),
    ("a scope with CRLF", "grant_type=password&username=ivan&password=ivan&scope=a%0D%0Ab", 400, "invalid_scope"),
    ("a scope of 1001 bytes", "grant_type=password&username=ivan&password=ivan&scope=" + "a" * 1001, 400, "invalid_scope"),
    ("JSON", '{"grant_type":"refresh_token"}', 400, "invalid_request"),
    ("a refresh token with a blank", "grant_type=refresh_token&refresh_token=+${refresh}", 400, "invalid_grant"),
    ("a refresh token with a line feed", "grant_type=refresh_token&refresh_token=${refresh}%0A", 400, "invalid_grant"),
    ("an access token as a refresh token", "grant_type=refresh_token&refresh_token=${access}", 400, "invalid_grant"),
    ("no password", "grant_type=password&username=ivan", 400, "invalid_request"),
    ("an empty password", "grant_type=password&username=ivan&password=", 400, "invalid_request"),
    ("no name", "grant_type=password&password=ivan", 400, "invalid_request"),
]:
    case(G, name, [form("/token", body)], status, error)
for size in [8 * 1024 - 1, 8 * 1024]:
    case(G, f"{size} bytes", [form("/token", GRANT + "&a=" + "x" * (size - len(GRANT) - 3))], 400, "invalid_grant")
case(G, "8193 bytes", [form("/token", GRANT + "&a=" + "x" * (8 * 1024 + 1 - len(GRANT) - 3))], 413, "invalid_request")
for size in [8193, 65536, 1048576, 10**12]:
    head = f"POST /token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {BASIC}\r\nContent-Type: {FORM}\r\nContent-Length: {size}\r\n\r\n"
    case(G, f"{size} bytes announced", [head], 413, "invalid_request")
for media, status, error in [
    (None, 400, "invalid_request"),
    ("", 400, "invalid_request"),
    ("text/plain", 400, "invalid_request"),
    ("application/json", 400, "invalid_request"),
    ("multipart/form-data; boundary=" + CANARY, 400, "invalid_request"),
    ("application/x-www-form-urlencodedx", 400, "invalid_request"),
    ("application/x-www-form-urlencoded, text/plain", 400, "invalid_request"),
    ("application/x-www-form-urlencoded; charset=utf-8", 400, "invalid_grant"),
    ("APPLICATION/X-WWW-FORM-URLENCODED", 400, "invalid_grant"),
    ("application/x-www-form-urlencoded;", 400, "invalid_grant"),
    ("application /x-www-form-urlencoded", 400, "invalid_request"),
    ("\xff", 400, "invalid_request"),
]:
    for path in ["/token", "/revoke", "/introspect"]:
        expected = (status, error) if error == "invalid_request" or path == "/token" else (200, "")
        case(G, f"{path}: media type {media!r}", [form(path, GRANT + "&token=x", media=media)], *expected)
case(G, "two media types", [form("/token", GRANT, [("Authorization", BASIC), ("Content-Type", FORM)])], 400, "invalid_request")
for path in ["/revoke", "/introspect"]:
    case(G, f"{path}: no token", [form(path, "a=b")], 400, "invalid_request")
    case(G, f"{path}: an empty token", [form(path, "token=")], 400, "invalid_request")
    case(G, f"{path}: two tokens", [form(path, "token=a&token=b")], 400, "invalid_request")
    case(G, f"{path}: nonsense", [form(path, "token=" + CANARY)], 200)
    case(G, f"{path}: an unknown hint", [form(path, "token=a&token_type_hint=" + CANARY)], 200)
    case(G, f"{path}: a token with CRLF", [form(path, "token=a%0D%0Ab")], 200)
    case(G, f"{path}: a token of 8000 letters", [form(path, "token=" + "a" * 8000)], 200)

# --- I5: names ------------------------------------------------------------------------------------------------------------------------
G = "names"
for name, user, status, error in [
    ("as it is", "AD\\bill.posters", 200, ""),
    ("the backslash escaped", "AD%5Cbill.posters", 200, ""),
    ("in another case", "ad\\BILL.POSTERS", 200, ""),
    ("two backslashes", "AD\\\\bill.posters", 400, "invalid_grant"),
    ("a slash", "AD/bill.posters", 400, "invalid_grant"),
    ("no domain", "bill.posters", 400, "invalid_grant"),
    ("a domain alone", "AD\\", 400, "invalid_grant"),
    ("no domain, a backslash", "\\bill.posters", 400, "invalid_grant"),
    ("as an address", "bill.posters@AD", 400, "invalid_grant"),
    ("a blank behind", "AD\\bill.posters+", 400, "invalid_grant"),
    ("a blank before", "+AD\\bill.posters", 400, "invalid_grant"),
    ("a NUL behind", "AD\\bill.posters%00", 400, "invalid_request"),
    ("a zero-width blank behind", "AD\\bill.posters%E2%80%8B", 400, "invalid_grant"),
    ("CRLF behind", "AD\\bill.posters%0D%0A", 400, "invalid_grant"),
    ("a quote", "AD\\bill.posters%22", 400, "invalid_grant"),
    ("a statement", "%27%20OR%201=1--", 400, "invalid_grant"),
    ("wildcards", "%25", 400, "invalid_grant"),
    ("fullwidth letters", "%EF%BD%89van", 400, "invalid_grant"),
    ("a Cyrillic letter", "iv%D0%B0n", 400, "invalid_grant"),
    ("4000 letters", "a" * 4000, 400, "invalid_grant"),
    ("an empty name is an omitted one", "", 400, "invalid_request"),
]:
    case(G, name, [form("/token", f"grant_type=password&username={user}&password=blabla")], status, error)
for name, password, status, error in [
    ("72 bytes more", "blabla" + "a" * 66, 400, "invalid_grant"),
    ("another case", "BLABLA", 400, "invalid_grant"),
    ("a blank behind", "blabla+", 400, "invalid_grant"),
    ("a NUL behind", "blabla%00", 400, "invalid_request"),
]:
    case(G, "password: " + name, [form("/token", f"grant_type=password&username=newbie&password={password}")], status, error)

# --- JSON bodies, labels (I6), ids in paths -------------------------------------------------------------------------------------------
G = "json"


def create(body, media="application/json"):
    return api("POST", "/me/tokens", body, media=media)


def labelled(label):
    return '{"label":"%s","expires_in_days":1}' % label


def utf8(text):
    return text.encode().decode("latin-1")


for name, body, status, error in [
    ("empty", "", 400, "not-json"),
    ("a blank", " ", 400, "not-json"),
    ("half an object", "{", 400, "not-json"),
    ("an object and more", "{}}", 400, "not-json"),
    ("a trailing comma", '{"label":"a",}', 400, "not-json"),
    ("single quotes", "{'label':'a'}", 400, "not-json"),
    ("a comment", '{"label":"a"/**/}', 400, "not-json"),
    ("NaN", '{"label":NaN}', 400, "not-json"),
    ("no UTF-8", '{"label":"\xff"}', 400, "not-json"),
    ("overlong UTF-8", '{"label":"\xc0\xaf"}', 400, "not-json"),
    ("a byte order mark", '\xef\xbb\xbf{"label":"a"}', 400, "not-json"),
    ("UTF-16", "\xff\xfe{\x00}\x00", 400, "not-json"),
    ("a NUL in a text", '{"label":"\x00"}', 400, "not-json"),
    ("a line feed in a text", '{"label":"\n"}', 400, "not-json"),
    ("a leading zero", '{"expires_in_days":01}', 400, "not-json"),
    ("a plus sign", '{"expires_in_days":+1}', 400, "not-json"),
    ("hexadecimal", '{"expires_in_days":0x1}', 400, "not-json"),
    ("1000 brackets, which is JSON and no object", "[" * 1000 + "]" * 1000, 422, "invalid-field"),
    ("1000 brackets in a field", '{"label":' + "[" * 1000 + "]" * 1000 + "}", 422, "invalid-field"),
    ("1000 brackets and none closed", "[" * 1000, 400, "not-json"),
    ("an array", "[]", 422, "invalid-field"),
    ("a number", "1", 422, "invalid-field"),
    ("a text", '"a"', 422, "invalid-field"),
    ("null", "null", 422, "invalid-field"),
    ("nothing in it", "{}", 422, "invalid-field"),
    ("a duplicate", '{"label":"a","label":"b","expires_in_days":1}', 422, "invalid-field"),
    ("a duplicate in another spelling", '{"label":"a","l\\u0061bel":"b","expires_in_days":1}', 422, "invalid-field"),
    ("a duplicate of an unknown field", '{"a":1,"a":2}', 422, "invalid-field"),
    ("an unknown field", '{"label":"a","expires_in_days":1,"%s":1}' % CANARY, 422, "invalid-field"),
    ("an unknown field of a strange name", '{"label":"a","expires_in_days":1,"\\r\\nSet-Cookie: %s":1}' % CANARY, 422, "invalid-field"),
    ("__proto__", '{"label":"a","expires_in_days":1,"__proto__":{}}', 422, "invalid-field"),
    ("a name in another case", '{"Label":"a","expires_in_days":1}', 422, "invalid-field"),
    ("days 0", '{"label":"a","expires_in_days":0}', 422, "invalid-field"),
    ("days 181", '{"label":"a","expires_in_days":181}', 422, "invalid-field"),
    ("days -1", '{"label":"a","expires_in_days":-1}', 422, "invalid-field"),
    ("days 1.5", '{"label":"a","expires_in_days":1.5}', 422, "invalid-field"),
    ("days 1e2", '{"label":"a","expires_in_days":1e2}', 422, "invalid-field"),
    ("days 1e999", '{"label":"a","expires_in_days":1e999}', 422, "invalid-field"),
    ("days as a text", '{"label":"a","expires_in_days":"1"}', 422, "invalid-field"),
    ("days in Arabic digits", '{"label":"a","expires_in_days":"\\u0665"}', 422, "invalid-field"),
    ("days of 2^63", '{"label":"a","expires_in_days":9223372036854775808}', 422, "invalid-field"),
    ("days of 2^64 + 1", '{"label":"a","expires_in_days":18446744073709551617}', 422, "invalid-field"),
    ("days true", '{"label":"a","expires_in_days":true}', 422, "invalid-field"),
    ("days null", '{"label":"a","expires_in_days":null}', 422, "invalid-field"),
    ("no days", '{"label":"a"}', 422, "invalid-field"),
    ("a label that is a number", '{"label":1,"expires_in_days":1}', 422, "invalid-field"),
    ("a label that is a list", '{"label":["a"],"expires_in_days":1}', 422, "invalid-field"),
    ("a lone surrogate", labelled("\\ud800"), 422, "invalid-field"),
    ("a scope that is a list", '{"label":"a","expires_in_days":1,"scope":["demo:read"]}', 422, "invalid-field"),
    ("a scope with a quote", '{"label":"a","expires_in_days":1,"scope":"a\\"b"}', 422, "invalid-field"),
    ("an empty scope", '{"label":"a","expires_in_days":1,"scope":""}', 422, "invalid-field"),
]:
    case(G, name, [create(body)], status, error)
for name, label, status, error in [
    ("empty", "", 422, "invalid-field"),
    ("blanks", "   ", 422, "invalid-field"),
    ("a zero-width blank", "\\u200b", 422, "invalid-field"),
    ("a Hangul filler", "\\u3164", 422, "invalid-field"),
    ("a Braille blank", "\\u2800", 422, "invalid-field"),
    ("a right-to-left override", "a\\u202eb", 422, "invalid-field"),
    ("a NUL", "a\\u0000b", 422, "invalid-field"),
    ("CRLF", "a\\r\\nSet-Cookie: x", 422, "invalid-field"),
    ("a line separator", "a\\u2028b", 422, "invalid-field"),
    ("a private character", "a\\ue000b", 422, "invalid-field"),
    ("21 letters", "a" * 21, 422, "invalid-field"),
    ("21 emoji", utf8("\U0001f511" * 21), 422, "invalid-field"),
    ("20 letters", "b" * 20, 201, ""),
    ("20 emoji", utf8("\U0001f511" * 20), 201, ""),
    ("Cyrillic", utf8("Телеграм"), 201, ""),
    ("the same in another case", utf8("ТЕЛЕГРАМ"), 409, "label-taken"),
    ("a quote and a backslash", 'q\\"\\\\', 201, ""),
    ("markup", "<script>", 201, ""),
    ("markup again", "<SCRIPT>", 409, "label-taken"),
]:
    case(G, "label: " + name, [create(labelled(label))], status, error)
for media, status, error in [
    (None, 415, "media-type"),
    ("text/plain", 415, "media-type"),
    (FORM, 415, "media-type"),
    ("application/json, text/plain", 415, "media-type"),
    ("application/jsonx", 415, "media-type"),
    ("application/problem+json", 415, "media-type"),
    ("APPLICATION/JSON; charset=utf-8", 422, "invalid-field"),
]:
    case(G, f"media type {media!r}", [create("{}", media)], status, error)
    if status == 415:
        case(G, f"media type {media!r}, no JSON", [create("{", media)], 415, "media-type")
for count, status, error in [(64, 422, "invalid-field"), (65, 400, "too-many-fields"), (5000, 400, "too-many-fields")]:
    case(G, f"{count} fields", [create("{" + ",".join(f'"f{at}":1' for at in range(count)) + "}")], status, error)
for size, status, error in [(65536, 422, "invalid-field"), (65537, 413, "too-large"), (1048576, 413, "too-large")]:
    head = api("POST", "/me/tokens", "").replace("${length}", str(size))
    if size <= 65536:
        case(G, f"{size} bytes", [head + '{"a":"', {"repeat": "x", "times": size - 8}, '"}'], status, error)
    else:
        case(G, f"{size} bytes announced", [head], status, error)
for segment in ["x", "0" * 22, "0" * 21, "0" * 23, "z" * 22, "%00", "%FF", "%0D%0A", "..", "%2E%2E", "..%2F..%2Fclients", "a%2Fb", "%25", "a b".replace(" ", "%20"), "\\", "%5C", "'", "%27OR%271", "*", CANARY, "a" * 2000]:
    missing = (404, "not-found")
    case(G, f"delete token {segment[:40]!r}", [api("DELETE", f"/me/tokens/{segment}")], *missing)
    case(G, f"rotate token {segment[:40]!r}", [api("POST", f"/me/tokens/{segment}/rotate", "{}")], *missing)
    case(G, f"edit code {segment[:40]!r}", [api("PATCH", f"/security-codes/{segment}", "{", token="${super}")], *missing)
    case(G, f"change client {segment[:40]!r}", [api("PATCH", f"/clients/{segment}", "{", token="${super}")], *missing)
    case(G, f"tokens of {segment[:40]!r}", [api("GET", f"/users/{segment}/tokens", token="${super}")], *missing)
for query, status, error in [
    ("limit=0", 422, "invalid-field"),
    ("limit=101", 422, "invalid-field"),
    ("limit=-1", 422, "invalid-field"),
    ("limit=1.0", 422, "invalid-field"),
    ("limit=%31", 200, ""),
    ("limit=+1", 422, "invalid-field"),
    ("limit=", 422, "invalid-field"),
    ("limit", 422, "invalid-field"),
    ("limit=1&limit=1", 422, "invalid-field"),
    ("limit=99999999999999999999", 422, "invalid-field"),
    ("limit=%D9%A5", 422, "invalid-field"),
    ("limit=1%00", 422, "invalid-field"),
    ("cursor=", 422, "invalid-field"),
    ("cursor=" + CANARY, 422, "invalid-field"),
    ("cursor=%0D%0ASet-Cookie:" + CANARY, 422, "invalid-field"),
    ("cursor=" + "A" * 54, 422, "invalid-field"),
    ("cursor=" + "A" * 4000, 422, "invalid-field"),
    ("other=1", 422, "invalid-field"),
    ("status=expired", 422, "invalid-field"),
    ("Limit=1", 422, "invalid-field"),
    ("access_token=x", 422, "invalid-field"),
    (CANARY + "=1", 422, "invalid-field"),
    ("%0D%0ASet-Cookie:" + CANARY, 422, "invalid-field"),
    ("=", 422, "invalid-field"),
    ("&&", 200, ""),
]:
    case(G, f"list ?{query[:40]} ({len(query)})", [api("GET", f"/me/tokens?{query}")], status, error)
for method, path, body in [
    ("GET", "/me/tokens/x", None),
    ("DELETE", "/me/tokens/x", None),
    ("POST", "/me/tokens", '{"label":"query","expires_in_days":1}'),
    ("GET", "/users", None),
    ("GET", "/clients", None),
    ("GET", "/clients/test.token", None),
    ("DELETE", "/clients/test.token", None),
    ("PATCH", "/clients/test.token", "{}"),
    ("GET", "/settings", None),
    ("PATCH", "/settings", "{}"),
    ("GET", "/security-codes", None),
]:
    missing = path.endswith("/x")
    case(G, f"{method} {path} and an unknown parameter", [api(method, path + "?" + CANARY + "=1", body, token="${super}")], 404 if missing else 422, "not-found" if missing else "invalid-field")
for path in ["/me/tokens/" + CANARY, "/security-codes/" + CANARY, "/clients/" + CANARY, "/clients/%00", "/users/" + CANARY + "/tokens/x"]:
    case(G, f"GET {path}", [api("GET", path, token="${super}")], 404, "not-found")

# --- methods, targets, request lines, framing (RFC 9112) ------------------------------------------------------------------------------
G = "wire"
AUTH = [("Authorization", "Bearer ${access}")]
for method in ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "FOO"]:
    for path in ["/token", "/revoke", "/introspect"]:
        case(G, f"{method} {path}", [request(method, path, [])], 405, "" if method == "HEAD" else "invalid_request")
for method in ["PUT", "TRACE", "FOO"]:
    for path in ["/api/v1/me/tokens", "/api/v1/settings", "/api/v1/clients/x", "/api/v1/users/x/tokens"]:
        case(G, f"{method} {path}", [request(method, path, AUTH)], 405, "method-not-allowed")
for header in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]:
    case(G, header, [request("GET", "/token", [(header, "POST")])], 405, "invalid_request")
    case(G, header + " on a list", [request("POST", "/api/v1/settings", AUTH + [(header, "GET")], "{}")], 405, "method-not-allowed")
for target in ["/nothing", "//token", "/token/", "/api/v1", "/api/v1/", "/api/v1/me/tokens/", "/api/v1//me/tokens", "/api/v1/../v1/whoami", "/%2e%2e/token", "/api/v1/%2e%2e/whoami", "/TOKEN", "/token%00", "/token;x=1", "/api/v1/whoami%2F", "/.well-known/", "/" + "a" * 4000]:
    case(G, f"GET {target[:40]}", [request("GET", target, AUTH)], 404, "not-found")
case(G, "an absolute target", [request("GET", "http://localhost/api/v1/whoami", AUTH)], 200)
case(G, "an absolute target of another host", [request("GET", "http://elsewhere.invalid/api/v1/whoami", AUTH)], 200)
for name, start in [
    ("no target", "GET HTTP/1.1"),
    ("two blanks", "GET  /healthz HTTP/1.1"),
    ("a tab", "GET\t/healthz\tHTTP/1.1"),
    ("no version", "GET /healthz"),
    ("version 3", "GET /healthz HTTP/3.0"),
    ("version 1.2", "GET /healthz HTTP/1.2"),
    ("version in small letters", "GET /healthz http/1.1"),
    ("a NUL in the target", "GET /heal\x00thz HTTP/1.1"),
    ("a blank in the target", "GET /heal thz HTTP/1.1"),
    ("a NUL in the method", "G\x00T /healthz HTTP/1.1"),
    ("a colon in the method", "GE:T /healthz HTTP/1.1"),
    ("nonsense", CANARY),
]:
    case(G, name, [f"{start}\r\nHost: localhost\r\nConnection: close\r\n\r\n"], 400)
for name, line in [
    ("a header without a colon", CANARY),
    ("a header of no name", ": " + CANARY),
    ("a blank before the colon", "X-A : " + CANARY),
    ("a blank in the name", "X A: " + CANARY),
    ("a NUL in the name", "X\x00A: " + CANARY),
    ("a NUL in the value", "X-A: a\x00" + CANARY),
    ("a bare CR in the value", "X-A: a\r" + CANARY),
    ("an escape character in the value", "X-A: \x1b" + CANARY),
    ("a name beyond ASCII", "X-\xe9: " + CANARY),
    ("folded", "X-A: a\r\n " + CANARY),
    ("a blank first", " X-A: " + CANARY),
]:
    case(G, name, [f"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{line}\r\n\r\n"], 400)
for name, lines in [
    ("a length that is none", "Content-Length: x"),
    ("a negative length", "Content-Length: -1"),
    ("a length with a sign", "Content-Length: +1"),
    ("two lengths", "Content-Length: 1\r\nContent-Length: 2"),
    ("two lengths in one", "Content-Length: 1, 2"),
    ("a length beyond 2^64", "Content-Length: 99999999999999999999"),
    ("an unknown transfer coding", "Transfer-Encoding: gzip"),
    ("chunked not last", "Transfer-Encoding: chunked, gzip"),
]:
    case(G, name, [f"POST /token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {FORM}\r\n{lines}\r\n\r\n"], 400)


def chunked(path, chunks, more=()):
    head = "".join(f"{name}: {value}\r\n" for name, value in more)
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n{head}\r\n{chunks}"


OWN = [("Authorization", BASIC), ("Content-Type", FORM)]
case(G, "a chunked form", [chunked("/token", "%x\r\n%s\r\n0\r\n\r\n" % (len(GRANT), GRANT), OWN)], 400, "invalid_grant")
case(G, "a chunk's size that is none", [chunked("/token", "zz\r\nabc\r\n0\r\n\r\n", OWN)], 400, "invalid_request")
case(G, "a chunk's size beyond 2^64", [chunked("/token", "fffffffffffffffff\r\nabc\r\n", OWN)], 400, "invalid_request")
case(G, "a chunk that is longer than it says", [chunked("/token", "1\r\nabc\r\n0\r\n\r\n", OWN)], 400, "invalid_request")
case(G, "9 KiB in chunks", [chunked("/token", ("400\r\n" + "x" * 1024 + "\r\n") * 9 + "0\r\n\r\n", OWN)], 413, "invalid_request")
case(G, "many headers", ["GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + "".join(f"X-{at}: {CANARY}\r\n" for at in range(200)) + "\r\n"], 431)
case(G, "a huge header", ["GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-A: ", {"repeat": "a", "times": 131072}, "\r\n\r\n"], 431)
case(G, "a huge Authorization", ["GET /api/v1/whoami HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ", {"repeat": "a", "times": 65536}, "\r\n\r\n"], 400, "invalid_request")
case(G, "a huge target", ["GET /", {"repeat": "a", "times": 70000}, " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"], 414)
for value in ["x\xffy", "\xc3\xa9", CANARY * 100]:
    for header in ["Accept", "Accept-Language", "Origin", "Referer", "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Request-Id", "Cookie", "Forwarded", "Host"]:
        if header != "Host":
            case(G, f"{header}: {value[:20]!r}", [request("GET", "/api/v1/whoami", [(header, value)])], 401)
case(G, "another host", [f"GET /.well-known/oauth-authorization-server HTTP/1.1\r\nHost: {CANARY}.invalid\r\nConnection: close\r\n\r\n"], 200)
for name, lines in [
    ("no host", []),
    ("two hosts", ["localhost", CANARY + ".invalid"]),
    ("two hosts that are the same", ["localhost", "localhost"]),
    ("an empty host", [""]),
    ("a host with a blank", ["a " + CANARY]),
    ("a host with a slash", ["a/" + CANARY]),
    ("a host with a user", [CANARY + "@localhost"]),
    ("a host with a port that is none", ["localhost:" + CANARY]),
    ("a host with a port beyond 65535", ["localhost:65536"]),
    ("a host beyond ASCII", ["\xc3\xa9" + CANARY]),
]:
    head = "".join(f"Host: {line}\r\n" for line in lines)
    case(G, name, [f"GET /healthz HTTP/1.1\r\n{head}Connection: close\r\n\r\n"], 400, "invalid-host")
    case(G, name + ", an absolute target", [f"GET http://localhost/healthz HTTP/1.1\r\n{head}Connection: close\r\n\r\n"], 400, "invalid-host")
case(G, "no host in HTTP/1.0", ["GET /healthz HTTP/1.0\r\n\r\n"], 200)
case(G, "a host with a port", ["GET /healthz HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n"], 200)
case(G, "a preflight is not routed", [request("OPTIONS", "/api/v1/me/tokens", [("Origin", "https://" + CANARY), ("Access-Control-Request-Method", "POST")])], 405, "method-not-allowed")
case(G, "upgrade to h2c", [request("GET", "/healthz", [("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA")])], 200)
case(G, "expect nonsense", [request("GET", "/healthz", [("Expect", CANARY)])], 200)
case(G, "range", [request("GET", "/api/v1/whoami", AUTH + [("Range", "bytes=0-1")])], 200)

for group, cases in groups.items():
    names = [own["name"] for own in cases]
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]
    text = "".join(json.dumps(own, ensure_ascii=True) + "\n" for own in cases)
    (HERE / f"{group}.jsonl").write_text(text)
    print(f"{group}: {len(cases)}")
print("all:", sum(map(len, groups.values())))
