#!/usr/bin/env python3
"""Writes the corpus beside it, from the published description of the format and with nothing of the library.

A second hand on the same words: what it writes and what the library computes must agree. Run it only to make a new version;
a corpus that was published is never changed.
"""
import hashlib, hmac, json, pathlib, struct, zlib

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
KINDS = ["personal_access_token", "access_token", "refresh_token", "security_code", "client_secret", "console_session"]
PREFIXES = ["cfp", "cfa", "cfr", "cfs", "cfc", "cfk"]
KEY = bytes(range(32))
HERE = pathlib.Path(__file__).parent


def base62(number, width):
    text = ""
    for _ in range(width):
        number, digit = divmod(number, 62)
        text = LETTERS[digit] + text
    assert number == 0
    return text


def check(letters):
    return base62(zlib.crc32(letters.encode()), 6)


def seeded(text):
    return hashlib.sha256(text.encode()).digest()


def secret_of(seed):
    return base62(int.from_bytes(seeded("secret " + seed), "big"), 43)


def message(kind, ident, secret, realm="default"):
    bits = "".join(format(LETTERS.index(letter), "06b") for letter in secret) + "000000"
    packed = int(bits, 2).to_bytes(33, "big")
    block = b"counterfoil/v1\0" + bytes([kind]) + hashlib.sha256(realm.encode()).digest()
    return block.ljust(64, b"\0") + ident + packed


def digests(kind, ident, secret):
    sub = hmac.digest(KEY, b"counterfoil/subkey/digest/v1", "sha256")
    text = message(kind, ident, secret)
    return hashlib.sha256(text).hexdigest(), hmac.digest(sub, text, "sha256").hex()


def write(name, expect, comment, token, more=()):
    lines = [("expect", expect), ("comment", comment), *more, ("token", json.dumps(token))]
    (HERE / (name + ".txt")).write_text("".join(f"{key}: {value}\n" for key, value in lines))


def body(ident, secret):
    return base62(int.from_bytes(ident, "big"), 22) + secret


def valid(name, comment, kind, ident, secret):
    letters = body(ident, secret)
    plain, keyed = digests(kind, ident, secret)
    more = [("kind", KINDS[kind - 1]), ("id", ident.hex()), ("secret", secret), ("digest", plain), ("key", KEY.hex()), ("keyed", keyed)]
    write(name, "valid", comment, f"{PREFIXES[kind - 1]}_{letters}{check(letters)}", more)


for kind, name in enumerate(KINDS, 1):
    valid("valid-" + name.replace("_", "-"), "one of each kind", kind, seeded(name)[:16], secret_of(name))
ident, secret = seeded("one")[:16], secret_of("one")
letters = body(ident, secret)
good = letters + check(letters)
valid("valid-id-zero", "the least id", 1, bytes(16), secret)
valid("valid-id-most", "the greatest id, 2^128 - 1", 1, b"\xff" * 16, secret)
valid("valid-secret-zeros", "the least secret", 2, ident, "0" * 43)
valid("valid-secret-z", "the greatest secret", 2, ident, "z" * 43)
valid("valid-other-kind", "the prefix is not under the checksum: the same letters as another kind parse, and their digest is another", 2, seeded(KINDS[0])[:16], secret_of(KINDS[0]))
padded = next(s for s in (secret_of(f"padded {n}") for n in range(100000)) if check(body(ident, s)).startswith("00"))
valid("valid-check-padded", "the checksum's number is small: zeros fill it up to six letters", 3, ident, padded)

write("prefix-empty", "prefix", "nothing at all", "")
write("prefix-unknown", "prefix", "another product's", "ghp_" + good)
write("prefix-upper", "prefix", "case is not folded", "CFP_" + good)
write("prefix-none", "prefix", "the letters alone", good)
write("prefix-no-underscore", "prefix", "no _ between", "cfp" + good)
write("prefix-hyphen", "prefix", "- in place of _", "cfp-" + good)
write("prefix-leading-blank", "prefix", "nothing is trimmed", " cfp_" + good)
write("prefix-scheme", "prefix", "the whole header in place of the token", "Bearer cfp_" + good)
write("prefix-quoted", "prefix", "copied with its quotes", '"cfp_' + good + '"')
write("prefix-full-width", "prefix", "full-width letters that look alike", "\uff43\uff46\uff50_" + good)
write("prefix-nul", "prefix", "NUL before it", "\0cfp_" + good)
write("prefix-bom", "prefix", "a byte order mark before it", "\ufeffcfp_" + good)
write("length-bare", "length", "a prefix alone", "cfp_")
write("length-short", "length", "the last letter is cut off", "cfp_" + good[:-1])
write("length-long", "length", "a letter too many", "cfp_" + good + "0")
write("length-newline", "length", "read from a file with its line feed", "cfp_" + good + "\n")
write("length-blank", "length", "a blank at the end", "cfp_" + good + " ")
write("length-zero-width", "length", "a zero-width space at the end", "cfp_" + good + "\u200b")
write("length-zero-width-inside", "length", "a zero-width space inside", "cfp_" + good[:30] + "\u200b" + good[30:])
write("length-twice", "length", "pasted twice", ("cfp_" + good) * 2)
write("length-prefix-twice", "length", "its prefix twice", "cfp_cfp_" + good)
for name, letter, what in [("underscore", "_", "an underscore"), ("hyphen", "-", "a hyphen of base64url"), ("plus", "+", "a plus of base64"), ("blank", " ", "a blank"), ("nul", "\0", "NUL"), ("two-bytes", "\u00e9", "one letter of two bytes, so that the length is right")]:
    width = len(letter.encode())
    write("alphabet-" + name, "alphabet", what + " in place of a letter", "cfp_" + good[:40] + letter + good[40 + width:])
write("alphabet-check", "alphabet", "a foreign letter in the checksum", "cfp_" + good[:-1] + "=")
write("alphabet-id", "alphabet", "a foreign letter in the id", "cfp_" + "." + good[1:])


def other(letter):
    return LETTERS[(LETTERS.index(letter) + 1) % 62]


for name, at in [("id", 3), ("secret-first", 22), ("secret-last", 64), ("check", 70)]:
    write("checksum-" + name, "checksum", "one letter mistyped", "cfp_" + good[:at] + other(good[at]) + good[at + 1:])
swap = next(at for at in range(22, 64) if good[at] != good[at + 1])
write("checksum-swapped", "checksum", "two neighbours swapped", "cfp_" + good[:swap] + good[swap + 1] + good[swap] + good[swap + 2:])
case = next(at for at in range(22, 65) if good[at].isalpha())
write("checksum-case", "checksum", "one letter in the other case", "cfp_" + good[:case] + good[case].swapcase() + good[case + 1:])
write("checksum-upper", "checksum", "all letters in upper case", "cfp_" + good.upper())
write("checksum-zero", "checksum", "zeros in place of the checksum", "cfp_" + letters + "000000")
for name, text, what in [("least", "7n42DGM5Tflk9n8mt7Fhc8", "2^128, the first number too large; its checksum is right"), ("most", "z" * 22, "62^22 - 1; its checksum is right")]:
    letters = text + secret
    write("id-overflow-" + name, "id", what, "cfp_" + letters + check(letters))

# The vectors that unit tests hold: one rotation (src/text/derive.rs).
if __name__ == "__main__":
    sub = hmac.digest(b"\x55" * 32, b"counterfoil/subkey/rotate/v1", "sha256")
    successor, family = b"\x33" * 16, b"\x33" * 10

    def derive(purpose, ident):
        fields = struct.pack(">Q", 7) + b"default" + family + struct.pack(">Q", 7) + ident + b"\x44" * 32 + b"p" * 43
        return hmac.digest(sub, purpose + b"\0" + fields, "sha256")

    def secret_from(mac):
        return base62(int.from_bytes(mac, "big"), 43)

    member = derive(b"counterfoil/rotate/access-id/v1", successor)[:6]
    print(secret_from(derive(b"counterfoil/rotate/v1", successor)))
    print(member.hex())
    print(secret_from(derive(b"counterfoil/rotate/access/v1", family + member)))
    print(base62(2**256 - 1, 43))
