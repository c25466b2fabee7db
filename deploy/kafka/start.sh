#!/usr/bin/env bash
# Start one Apache Kafka (KRaft, combined mode, loopback only) from Maven Central's jars.
# Usage: start.sh [data_dir] [port]      stop it with: stop.sh data_dir
# Prints the bootstrap address, nothing else, once the broker answers; its log is data_dir/kafka.log.
# Without arguments: a fresh folder under ${TMPDIR:-/tmp} (its name goes to standard error), a free port.
# Settings: KAFKA_HEAP (-Xmx1g), KAFKA_JVM (more words for the JVM, none), KAFKA_LIBS (where the jars are kept),
# KAFKA_PARTITIONS (4), KAFKA_PROPERTIES (a file of broker properties that come before the ones here, none).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

die() { echo "start.sh: $*" >&2; exit 1; }
command -v java >/dev/null || die "Java 17 or newer is needed (Debian: apt-get install openjdk-17-jre-headless)"
major=$(java -version 2>&1 | sed -nE 's/.*version "([0-9]+).*/\1/p' | head -n 1)
[ "${major:-0}" -ge 17 ] || die "Java 17 or newer is needed, found ${major:-none}"

# One folder per list of jars, so that a new list takes nothing from under a running broker.
libs=${KAFKA_LIBS:-$here/../../build/kafka}/$(cksum <"$here/pom.xml" | cut -d' ' -f1)
mkdir -p "$libs"
libs=$(cd "$libs" && pwd)
if [ ! -e "$libs/complete" ]; then
  command -v mvn >/dev/null || die "Maven is needed once, to copy Kafka's jars (Debian: apt-get install maven)"
  (
    flock 9 # several may start at once
    [ -e "$libs/complete" ] || {
      mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
        -DoutputDirectory="$libs" >&2 && touch "$libs/complete"
    }
  ) 9>"$libs/lock" || die "Maven could not copy Kafka's jars to $libs"
fi

open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() { # below the range the kernel gives to clients, so no client of another broker takes it
  local port
  for _ in $(seq 100); do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    open "$port" || open $((port + 1)) || { echo "$port"; return; }
  done
  die "no free port found"
}
data=${1:-$(mktemp -d "${TMPDIR:-/tmp}/orderstream-kafka.XXXXXX")}
port=${2:-$(free_port)}
controller=$((port < 65535 ? port + 1 : port - 1))
mkdir -p "$data"
data=$(cd "$data" && pwd)
[ -n "${1:-}" ] || echo "data: $data" >&2
if [ -e "$data/kafka.pid" ] && kill -0 "$(cat "$data/kafka.pid")" 2>/dev/null; then
  die "a broker runs in $data already (pid $(cat "$data/kafka.pid"))"
fi
! open "$port" || die "port $port is taken"
! open "$controller" || die "port $controller (the controller's) is taken"

cat >"$data/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
log.dirs=$data/log
num.partitions=${KAFKA_PARTITIONS:-4}
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.coordinator.append.linger.ms=0
group.min.session.timeout.ms=1000
message.max.bytes=16777216
PROPERTIES
[ -z "${KAFKA_PROPERTIES:-}" ] || cat "$KAFKA_PROPERTIES" >>"$data/server.properties" # the last of two counts
run=(java "${KAFKA_HEAP:--Xmx1g}" ${KAFKA_JVM:-} -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -Djava.awt.headless=true
  -Dorg.slf4j.simpleLogger.showDateTime=true -Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd\'T\'HH:mm:ss.SSS
  -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info -cp "$libs/*")

if [ ! -e "$data/log/meta.properties" ]; then
  cluster=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n')
  "${run[@]}" kafka.tools.StorageTool format -t "${cluster/#-/A}" -c "$data/server.properties" \
    >"$data/format.log" 2>&1 || { tail -n 20 "$data/format.log" >&2; die "the data folder could not be formatted"; }
fi
[ ! -e "$data/kafka.log" ] || mv "$data/kafka.log" "$data/kafka.log.1"
setsid "${run[@]}" kafka.Kafka "$data/server.properties" >"$data/kafka.log" 2>&1 </dev/null &
echo $! >"$data/kafka.pid"
disown

for _ in $(seq 240); do # a minute
  kill -0 "$(cat "$data/kafka.pid")" 2>/dev/null || { tail -n 20 "$data/kafka.log" >&2; die "the broker ended"; }
  if grep -q "Kafka Server started" "$data/kafka.log"; then echo "127.0.0.1:$port"; exit 0; fi
  sleep 0.25
done
tail -n 20 "$data/kafka.log" >&2
die "the broker does not answer after a minute (pid $(cat "$data/kafka.pid"))"
