"""Runs a command in a pseudo-terminal of the given width and prints what the terminal receives.

pseudoTerminal.py COLUMNS [--key TEXT:KEYS]... -- COMMAND...
KEYS are typed (\\x03 is Ctrl-C) once TEXT was shown. The last line is `exit CODE`.
"""

import codecs
import fcntl
import os
import pty
import struct
import sys
import termios

columns = int(sys.argv[1])
split = sys.argv.index("--")
keys = [each.split(":", 1) for each in sys.argv[2:split] if each != "--key"]
process, terminal = pty.fork()
if process == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    os.execvp(sys.argv[split + 1], sys.argv[split + 1 :])
shown = b""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    shown += part
    if keys and keys[0][0].encode() in shown:
        os.write(terminal, codecs.decode(keys.pop(0)[1], "unicode_escape").encode())
_, status = os.waitpid(process, 0)
sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
print(f"exit {os.waitstatus_to_exitcode(status)}")
