#!/usr/bin/env bash
# Starts a PostgreSQL for tests: start.sh DATA_FOLDER. Prints its URL when it answers; stop.sh stops it.
# Debian's programs, a data folder and a free port of its own, on loopback only. Durability is as
# shipped: the tests stop it in the middle of work and look at what is left.
set -euo pipefail

data="$1"
port_file="$data/port"

programs() { # the newest version's folder; Debian keeps them off the PATH
  local found
  found="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)"
  [ -n "$found" ] || found="$(dirname "$(command -v postgres || true)")"
  [ -x "$found/postgres" ] || { echo "no PostgreSQL server: apt-get install postgresql" >&2; exit 1; }
  echo "$found"
}

as_owner() { # PostgreSQL refuses to run as root
  if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

bin="$(programs)"
mkdir -p "$data"
if [ ! -d "$data/cluster" ]; then
  [ "$(id -u)" -ne 0 ] || chown postgres: "$data"
  as_owner "$bin/initdb" -D "$data/cluster" -U orderstream -A trust -E UTF8 --locale=C.UTF-8 >"$data/initdb.log" 2>&1
  free_port >"$port_file"
fi
port="$(cat "$port_file")"
(cd "$data" && as_owner "$bin/pg_ctl" -D "$data/cluster" -l "$data/server.log" -w -t 30 \
  -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' ${POSTGRES_OPTIONS:-}" start >/dev/null)
echo "postgresql://orderstream@127.0.0.1:$port/postgres"
