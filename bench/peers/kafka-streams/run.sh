#!/usr/bin/env bash
# Kafka Streams (exactly once, one thread, memory store) on the job of the comparison; prints one JSON line.
# Usage: run.sh [bootstrap] [events] [orders] [warm-up events]; no bootstrap address: it starts its own Kafka and stops it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
build=$root/build/peer-kafka-streams
bootstrap=${1:-} events=${2:-200000} orders=${3:-40000} warm_up=${4:-400000}

if [ -z "$bootstrap" ]; then
  data=$(mktemp -d "${TMPDIR:-/tmp}/orderstream-peer.XXXXXX")
  trap 'bash "$root/deploy/kafka/stop.sh" "$data"; rm -rf "$data"' EXIT
  bootstrap=$(bash "$root/deploy/kafka/start.sh" "$data")
fi
mvn -q -B -f "$here/pom.xml" -Dpeer.build="$build" compile dependency:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory="$build/libs" >&2
java -Xmx1g -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp "$build/classes:$build/libs/*" \
  bench.Peer "$bootstrap" "$events" "$orders" "$warm_up"
