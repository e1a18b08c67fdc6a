#!/usr/bin/env bash
# Makes an invite as a user of chat-tui, and prints its line. Usage: invite.sh NAME [USES [PORT]]
# The server is on this machine: an invite is not sent in plain text to another one.
set -euo pipefail
name=${1:?the name of a user of chat-tui}
exec 3<>"/dev/tcp/127.0.0.1/${3:-12345}"
field() { local value=${line#*"\"$1\":\""}; echo "${value%%\"*}"; }
# The token is stored under the id of the server's journal.
echo '{"type":"about"}' >&3
IFS= read -r line <&3
token=$(<"${XDG_STATE_HOME:-$HOME/.local/state}/chat-tui/journals/$(field id)/$name/token")
echo '{"type":"hello","version":1,"name":"'"$name"'","token":"'"$token"'","device":"invite-'"$$"'"}
{"type":"invite","uses":'"${2:-1}"'}
{"type":"bye"}' >&3
while IFS= read -r line <&3; do
    case $line in
    *'"type":"refused"'*) field text >&2 && exit 1 ;;
    *'"type":"invite"'*) field line ;;
    esac
done
