import sys; sys.path.insert(0,"/tmp/rev3")
from edit import *
rows = load()
h = rows[0]; body = rows[1:]
# own column in front, own 5000 rows, title rows above, reversed, semicolons, utf-16
import random
out = [["My plan for 2026"], []]
out.append(["Own"] + h)
for r in reversed(body):
    out.append(["mine=" + r[1]] + r)
for i in range(5000):
    out.append([f"note {i}", "Approved" if i%2 else "", str(i), "", "text; with \"quotes\"\nand lines", "", "", ""])
out[3][1] = "approved "   # newest draft 12
save(out, "utf-16", ";")
