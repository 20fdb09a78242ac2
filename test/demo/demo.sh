#!/usr/bin/env bash
# A canary from start to end on a real control plane, narrated. It starts a
# sandbox of its own and ends it; DEMO_KEEP=1 leaves it running.
set -euo pipefail
cd "$(dirname "$0")/../.."

name=demo
sandbox() { go run -C test/sandbox . "$1" --name "$name"; }

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$(printf '\033[1m') dim=$(printf '\033[2m') plain=$(printf '\033[0m')
else
  bold='' dim='' plain=''
fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
# show prints a command and runs it; expect does so for one that is to fail
# with a certain exit code.
show() { printf '%s$ %s%s\n' "$dim" "$*" "$plain"; "$@"; }
expect() {
  local want=$1 code=0
  shift
  show "$@" || code=$?
  if [ "$code" -ne "$want" ]; then
    echo "demo: exit code $code, expected $want" >&2
    exit 1
  fi
  printf '%s(exit code %s)%s\n' "$dim" "$code" "$plain"
}

say "1. A real control plane on this machine. Only the kubelets are played, by kwok."
sandbox up >/dev/null
if [ -z "${DEMO_KEEP:-}" ]; then trap 'say "The end. Stopping the control plane."; sandbox down' EXIT; fi
eval "$(sandbox env)"
export PATH="$PWD/bin:$PATH"

say "2. A set of five pods, each with a volume."
show kubectl apply -f test/demo/web.yaml
kubectl rollout status sts/web >/dev/null
show kubectl sts status web

say "3. What would a canary do? The API server judges it, and nothing is changed."
show kubectl sts canary web --image nginx=nginx:1.22 --soak 2s --yes --dry-run=server

say "4. Now for real: one pod, then half of them, then all; each step soaks for two seconds."
show kubectl sts canary web --image nginx=nginx:1.22 --soak 2s --yes

say "5. An image that nobody can pull. It costs one pod, not five."
expect 4 kubectl sts canary web --image nginx=nginx:bad --soak 2s --yes --patience 5s

say "6. The other four never noticed:"
expect 4 kubectl sts status web --patience 3s

say "7. And back. The template, the partition and the pod, which the controller would have left there for ever."
show kubectl sts abort web --yes
show kubectl sts status web
