package bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * The peer's job: drop repeats by event id, keep state per order, send one status message per change.
 *
 * <p>Arguments: bootstrap address, events, orders, events before them that only warm up. All events are there before the
 * stream starts. The clock runs from the last output of the warm-up to the last of all, as a read_committed reader sees
 * them: on two cores the first 400,000 events go mostly into compiling.
 */
public final class Peer {
    private static final int PARTITIONS = 4;
    private static final int EVENT_BYTES = 356;
    private static final int EVENTS_REMEMBERED_MAX = 64;
    private static final String IN = "peer-in";
    private static final String OUT = "peer-out";
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) throws Exception {
        String brokers = args[0];
        int events = Integer.parseInt(args[1]);
        int orders = Integer.parseInt(args[2]);
        int warmUp = Integer.parseInt(args[3]);
        String id = "peer-" + System.nanoTime();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
            admin.deleteTopics(List.of(IN, OUT)).topicNameValues().values().forEach(Peer::quietly);
            Thread.sleep(1000); // deletion is answered before it is done
            admin.createTopics(List.of(new NewTopic(IN, PARTITIONS, (short) 1), new NewTopic(OUT, PARTITIONS, (short) 1)))
                .all().get();
        }
        feed(brokers, warmUp + events, orders);

        KafkaStreams streams = new KafkaStreams(topology(), config(brokers, id));
        streams.start();
        Elapsed elapsed = watch(brokers, warmUp, events);
        streams.close(Duration.ofSeconds(10));

        System.out.printf(
            "{\"peer\": \"kafka-streams\", \"guarantee\": \"exactly_once_v2\", \"store\": \"memory\", \"threads\": 1, "
                + "\"events\": %d, \"orders\": %d, \"warm_up\": %d, \"seconds\": %.2f, \"events_per_second\": %.0f, "
                + "\"cpu_us_per_event\": %.1f}%n",
            events, orders, warmUp, elapsed.seconds, events / elapsed.seconds, elapsed.cpuSeconds * 1e6 / events);
        System.exit(0);
    }

    private static org.apache.kafka.streams.Topology topology() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore("orders"), Serdes.ByteArray(), Serdes.ByteArray()));
        builder.<byte[], byte[]>stream(IN).process(Fold::new, "orders").to(OUT);
        return builder.build();
    }

    private static Properties config(String brokers, String id) {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        config.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArray().getClass());
        config.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArray().getClass());
        config.put(StreamsConfig.STATE_DIR_CONFIG, System.getProperty("java.io.tmpdir") + "/" + id);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return config;
    }

    /** The state of an order: its status, a counter and the events it knows. */
    private static final class Fold implements Processor<byte[], byte[], byte[], byte[]> {
        private ProcessorContext<byte[], byte[]> context;
        private KeyValueStore<byte[], byte[]> orders;

        @Override
        public void init(ProcessorContext<byte[], byte[]> context) {
            this.context = context;
            this.orders = context.getStateStore("orders");
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            try {
                fold(record);
            } catch (java.io.IOException broken) {
                throw new java.io.UncheckedIOException(broken);
            }
        }

        private void fold(Record<byte[], byte[]> record) throws java.io.IOException {
            JsonNode event = JSON.readTree(record.value());
            byte[] known = orders.get(record.key());
            ObjectNode order = known == null ? fresh() : (ObjectNode) JSON.readTree(known);
            ArrayNode seen = (ArrayNode) order.get("seen");
            String id = event.get("id").textValue();
            for (JsonNode each : seen) {
                if (each.textValue().equals(id)) {
                    return;
                }
            }
            seen.add(id);
            if (seen.size() > EVENTS_REMEMBERED_MAX) {
                seen.remove(0);
            }
            String before = order.get("status").textValue();
            String after = event.get("status").textValue();
            int sequence = order.get("seq").intValue() + 1;
            order.put("seq", sequence).put("status", after).put("total", event.get("amount").intValue());
            orders.put(record.key(), JSON.writeValueAsBytes(order));

            ObjectNode change = JSON.createObjectNode();
            change.put("id", event.get("order").textValue() + ":" + sequence).put("order", event.get("order").textValue())
                .put("from", before).put("to", after).put("seq", sequence).put("cause", id);
            context.forward(record.withValue(JSON.writeValueAsBytes(change)));
        }

        private static ObjectNode fresh() {
            ObjectNode order = JSON.createObjectNode();
            order.put("seq", 0).put("status", "none").put("total", 0).putArray("seen");
            return order;
        }
    }

    private static void feed(String brokers, int events, int orders) {
        Map<String, Object> config = Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers,
            ProducerConfig.LINGER_MS_CONFIG, 20,
            ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
        String[] statuses = {"placed", "paid", "packed", "shipped", "delivered"};
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int number = 0; number < events; number++) {
                String order = "order-%06d".formatted(number % orders);
                String status = statuses[(number / orders) % statuses.length];
                String head = "{\"id\":\"event-%08d\",\"order\":\"%s\",\"status\":\"%s\",\"amount\":%d,\"currency\":\"EUR\",\"note\":\""
                    .formatted(number, order, status, 1000 + number % 9000);
                String event = head + "x".repeat(EVENT_BYTES - head.length() - 2) + "\"}";
                producer.send(new ProducerRecord<>(
                    IN, order.getBytes(StandardCharsets.UTF_8), event.getBytes(StandardCharsets.UTF_8)));
            }
        }
    }

    private record Elapsed(double seconds, double cpuSeconds) {}

    /** Read until every event has its status message; give what passed since the end of the warm-up. */
    private static Elapsed watch(String brokers, int warmUp, int events) {
        Map<String, Object> config = Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
        long deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions = IntStream.range(0, PARTITIONS).mapToObj(each -> new TopicPartition(OUT, each)).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long since = System.nanoTime();
            double cpu = cpuSeconds();
            int ahead = 0; // of the warm-up's end when the clock started
            for (int seen = 0; seen < warmUp + events; ) {
                int more = consumer.poll(Duration.ofMillis(100)).count();
                if (seen < warmUp && seen + more >= warmUp) {
                    since = System.nanoTime();
                    cpu = cpuSeconds();
                    ahead = seen + more - warmUp;
                }
                seen += more;
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(seen + " outputs after five minutes");
                }
            }
            double fraction = (double) events / (events - ahead);
            return new Elapsed((System.nanoTime() - since) / 1e9 * fraction, (cpuSeconds() - cpu) * fraction);
        }
    }

    private static void quietly(org.apache.kafka.common.KafkaFuture<Void> future) {
        try {
            future.get();
        } catch (Exception absent) {
            // A topic that was never there need not go away.
        }
    }

    /** CPU of this process, its reader included, which is why the reader only counts. */
    private static double cpuSeconds() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / 1e9;
    }
}
