#!/usr/bin/env python3
"""A bot that answers !ping in #lobby and in direct messages. Usage: ping.py [HOST PORT]"""
import json, os, pathlib, socket, sys

def send(**command):
    print(json.dumps(command), file=lines, flush=True)

os.umask(0o077)  # the token is a secret
token = pathlib.Path("ping_py.token")
server = tuple(sys.argv[1:3]) or ("127.0.0.1", 12345)
lines = socket.create_connection(server).makefile("rw", encoding="utf-8", newline="\n")
send(type="hello", version=1, name="ping_py", **({"token": token.read_text()} if token.exists() else {}))
for line in lines:
    event = json.loads(line[line.find("{"):])
    if event["type"] == "welcome":
        token.write_text(event["token"])
    elif event["type"] == "ping":
        send(type="pong", nonce=event["nonce"])
    elif event["type"] == "message" and event["text"] == "!ping":
        send(type="say", room=event["room"], text="pong")
    elif event["type"] in ("refused", "goodbye"):
        print(event["text"], file=sys.stderr)
