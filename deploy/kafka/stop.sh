#!/usr/bin/env bash
# Stop the broker that start.sh started in data_dir; its data stay there.
# Usage: stop.sh data_dir
set -euo pipefail
data=${1:?usage: stop.sh data_dir}
[ -e "$data/kafka.pid" ] || { echo "stop.sh: no broker was started in $data" >&2; exit 1; }
pid=$(cat "$data/kafka.pid")
ours() { tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "kafka.Kafka $data/server.properties"; }
data=$(cd "$data" && pwd)
for signal in TERM KILL; do
  ours || break
  kill "-$signal" "$pid" 2>/dev/null || true
  for _ in $(seq 80); do # twenty seconds each
    ours || break
    sleep 0.25
  done
done
rm -f "$data/kafka.pid"
