// A foreign Sparkplug edge node: `node sparkplug_node.js PORT [JOURNAL [GENERATION]]`. Counts at 50 Hz until it is
// ended, from GENERATION * 1000000 on; each count is written down with its time [ms] before it is published.
const fs = require('fs');

const journal = process.argv[3] ? fs.openSync(process.argv[3], 'a') : null;
const client = require('sparkplug-client').newClient({
  serverUrl: `mqtt://127.0.0.1:${process.argv[2]}`, username: '', password: '',
  groupId: 'works', edgeNode: 'line', clientId: 'peer', version: 'spBv1.0',
  // What is made while the broker is away is lost: a plain edge node has no history.
  mqttOptions: { queueQoSZero: false, reconnectPeriod: 500 },
});
let count = 1000000 * Number(process.argv[4] || 0);
let time = Date.now();
const write = () => { if (journal) fs.writeSync(journal, `${count},${time}\n`); };
write();
const birth = () => {
  client.publishNodeBirth({ timestamp: Date.now(), metrics: [
    { name: 'Node Control/Rebirth', type: 'Boolean', value: false }] });
  client.publishDeviceBirth('pump', { timestamp: Date.now(), metrics: [
    { name: 'count', type: 'Int32', value: count, timestamp: time,
      properties: { engUnit: { type: 'String', value: 'rpm' } } }] });
};
client.on('birth', birth);
client.on('ncmd', (payload) => {
  if (payload.metrics.some((m) => m.name === 'Node Control/Rebirth' && m.value)) birth();
});
let timer = null;
client.on('connect', () => {
  timer ??= setInterval(() => {
    count += 1;
    time = Date.now();
    write();
    client.publishDeviceData('pump', { timestamp: time, metrics: [
      { name: 'count', type: 'Int32', value: count, timestamp: time }] });
  }, 20);
});
