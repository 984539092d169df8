"""Runs a program in a pseudo-terminal and presses keys there.

Takes a JSON object on standard input: command (a list), keys (a list of {after, send, delay}: a regular expression that
the output since the previous key must match, the characters to type, and seconds to wait before), columns, limit (in
seconds). Prints {code, screen, pressed}: the exit code as in a shell, all output, and the number of keys pressed.
"""
import fcntl, json, os, pty, re, select, signal, struct, sys, termios, time

spec = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(spec["command"][0], spec["command"])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, spec.get("columns", 120), 0, 0))

keys, screen, seen, due, pressed = spec["keys"], "", 0, None, 0
deadline = time.monotonic() + spec.get("limit", 900)
while True:
    now = time.monotonic()
    if now > deadline:
        os.killpg(pid, signal.SIGKILL)
        break
    if keys and due is None and re.search(keys[0]["after"], screen[seen:]):
        due = now + keys[0].get("delay", 0)
    if due is not None and now >= due:
        os.write(terminal, keys.pop(0)["send"].encode())
        seen, due, pressed = len(screen), None, pressed + 1
    readable, _, _ = select.select([terminal], [], [], 0.05 if due is not None else 1)
    if not readable:
        continue
    try:
        text = os.read(terminal, 65536)
    except OSError:  # On Linux: the last program has closed the terminal.
        break
    if not text:
        break
    screen += text.decode(errors="replace")

status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({"code": status if status >= 0 else 128 - status, "screen": screen, "pressed": pressed}))
