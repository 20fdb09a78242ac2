#!/usr/bin/env bash
# Records a scene of scenes/ as it happens, and makes a picture of it: the real
# plugin in a real shell, on a sandbox of its own, which it ends. tmux is the
# hand that types, asciinema the camera, svg-term the painter.
#   record.sh SVG_TERM SCENE OUT.svg
set -euo pipefail
painter=$1 scene=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
fail() { echo "pictures: $*" >&2; exit 1; }
for tool in asciinema tmux; do
	command -v "$tool" >/dev/null || fail "no $tool: Debian's package has the same name"
done

work=$(mktemp -d)
sandbox() { go run -C "$root/test/sandbox" . "$1" --name pictures; }
hand() { tmux -f /dev/null -S "$work/tmux" "$@"; }
trap 'hand kill-server 2>/dev/null || true; sandbox down; rm -rf "$work"' EXIT

# see waits until a line on the screen matches.
see() {
	local tries=0
	until hand capture-pane -p | grep -Eq -- "$1"; do
		((++tries < 600)) || fail "never saw $1 in:"$'\n'"$(hand capture-pane -p)"
		sleep 0.1
	done
}

# types is a person at the keyboard, enters is one who answers a question.
types() {
	local i
	for ((i = 0; i < ${#1}; i++)); do
		hand send-keys -l -- "${1:i:1}"
		sleep 0.04
	done
	sleep 0.4
	hand send-keys Enter
}
enters() { sleep 1; types "$1"; }

# clean begins a new page, once the old one could be read.
clean() {
	sleep "$1"
	hand send-keys C-l
	sleep 0.4
}

sandbox up >/dev/null
eval "$(sandbox env)"
kubectl apply -f "$root/test/demo/web.yaml"
kubectl rollout status sts/web
# shellcheck source=/dev/null
. "$here/scenes/$scene.sh"
before

# The shell has nothing of whoever records: no home, no prompt, no names.
echo 'set enable-bracketed-paste off' >"$work/inputrc"
cat >"$work/shell" <<EOF
#!/bin/sh
exec env -i PATH="$root/bin:$PATH" KUBECONFIG="$KUBECONFIG" HOME="$work" INPUTRC="$work/inputrc" \\
	TERM=xterm-256color LANG=C.UTF-8 TZ=UTC PS1='\$ ' bash --norc --noprofile
EOF
chmod +x "$work/shell"
hand new-session -d -c "$work" -x 80 -y 24 "asciinema rec -q -c '$work/shell' '$work/cast'" \; set-option status off
hand resize-window -x 80 -y 24
see '^\$'
play
sleep 4
hand send-keys C-d
while hand has-session 2>/dev/null; do sleep 0.1; done

# The shell's last word is not part of it, only how long the page before stood.
# The pages lie side by side: each is cut off at its edge, or a font that is a
# little wider would show in the next.
sed -i '$s/"exit[^"]*"/""/' "$work/cast"
"$painter" --window --no-optimize --padding 12 <"$work/cast" |
	sed -E 's/<svg x="([0-9]+)">/<svg x="\1" width="80">/g' >"$work/svg"
mkdir -p "$(dirname "$out")"
mv "$work/svg" "$out"
