import csv, io, sys, os
from pathlib import Path
P = Path("/tmp/rev3/d2/drafts.csv")
def load(enc="utf-8-sig"):
    return list(csv.reader(io.StringIO(P.read_bytes().decode(enc), newline="")))
def save(rows, enc="utf-8-sig", delim=",", path=P):
    buf = io.StringIO(newline=""); csv.writer(buf, delimiter=delim, lineterminator="\r\n").writerows(rows)
    tmp = path.with_name("x.tmp"); tmp.write_bytes(buf.getvalue().encode(enc, "replace")); os.replace(tmp, path)
