// A foreign publisher: node mqtt_publisher.cjs PORT QOS JOURNAL GENERATION
// Counts at 50 Hz from GENERATION * 1000000 on, as {"value", "time"} on plant/line/count. At QoS 0 each count is
// written down with its time [ms] before it is sent, at QoS 1 once the broker has promised to keep it.
const fs = require("fs");
const mqtt = require("mqtt");

const [port, qos, path, generation] = [process.argv[2], Number(process.argv[3]), process.argv[4], process.argv[5]];
const journal = fs.openSync(path, "a");
const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
  clientId: "publisher", clean: false, keepalive: 5, reconnectPeriod: 500, queueQoSZero: false,
});
client.on("error", () => {});
let count = 1000000 * Number(generation || 0);
const write = (value, time) => fs.writeSync(journal, `${value},${time}\n`);
let timer = null;
client.on("connect", () => {
  timer ??= setInterval(() => {
    count += 1;
    const [value, time] = [count, Date.now()];
    if (qos === 0) write(value, time);
    client.publish("plant/line/count", JSON.stringify({ value, time, unit: "1" }), { qos }, (error) => {
      if (qos && !error) write(value, time);
    });
  }, 20);
});
