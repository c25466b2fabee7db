#!/usr/bin/env bash
# Stops the PostgreSQL that start.sh started in DATA_FOLDER, by its process id: stop.sh DATA_FOLDER [MODE].
# MODE is fast (default) or immediate, which leaves everything as a crash would.
set -euo pipefail

data="$1"
mode="${2:-fast}"
[ -f "$data/cluster/postmaster.pid" ] || exit 0
pid="$(head -1 "$data/cluster/postmaster.pid")"
case "$mode" in
  fast) signal=INT ;;
  immediate) signal=QUIT ;;
  *) echo "mode is fast or immediate" >&2; exit 2 ;;
esac
kill "-$signal" "$pid" 2>/dev/null || exit 0
for _ in $(seq 300); do
  kill -0 "$pid" 2>/dev/null || exit 0
  sleep 0.1
done
echo "PostgreSQL $pid does not stop" >&2
exit 1
