"""Says how Python reads the bytes of source files in every encoding that it has a name for.

Each line of standard output is a JSON array: a name, whether Python compiles a file that declares it, and
what each byte from 0x80 is in a string of such a file; `null` where Python refuses it.
"""

import json
import warnings
from encodings.aliases import aliases

warnings.simplefilter("ignore")


def names():
    known = set(aliases) | set(aliases.values())
    parts = [str(part) for part in range(20)] + ["08", "8-i", "8-e", "6-i", "1-x", "15-x", ""]
    pages = [str(page) for page in range(1248, 1262)] + ["932", "874", "65001", "1252-x", ""]
    known |= {f"{prefix}{part}" for part in parts for prefix in ("iso-8859-", "iso8859-", "iso_8859_")}
    known |= {f"{prefix}{page}" for page in pages for prefix in ("cp", "cp-", "windows-", "windows")}
    known |= {"utf-8-x", "utf8-x", "latin-1-x", "latin1-x", "iso-latin-1-unix", "ascii-x"}
    known |= {name.replace("_", "-") for name in known} | {name.replace("-", "_") for name in known}
    return sorted(known | {name.upper() for name in known})


def value(name, content):
    try:
        scope = {}
        exec(compile(f"# coding: {name}\nx = ".encode() + content, "x", "exec", dont_inherit=True), scope)
    except Exception:
        return None
    return scope["x"]


for name in names():
    table = [value(name, b"'" + bytes([byte]) + b"'") for byte in range(0x80, 0x100)]
    print(json.dumps([name, value(name, b"1") is not None, table]))
