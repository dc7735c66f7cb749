// A foreign Sparkplug edge node: `node sparkplug_node.js PORT`. Counts at 50 Hz until it is ended.
const client = require('sparkplug-client').newClient({
  serverUrl: `mqtt://127.0.0.1:${process.argv[2]}`, username: '', password: '',
  groupId: 'works', edgeNode: 'line', clientId: 'peer', version: 'spBv1.0',
});
let count = 0;
const birth = () => {
  client.publishNodeBirth({ timestamp: Date.now(), metrics: [
    { name: 'Node Control/Rebirth', type: 'Boolean', value: false }] });
  client.publishDeviceBirth('pump', { timestamp: Date.now(), metrics: [
    { name: 'count', type: 'Int32', value: -1, timestamp: Date.now(),
      properties: { engUnit: { type: 'String', value: 'rpm' } } }] });
};
client.on('birth', birth);
client.on('ncmd', (payload) => {
  if (payload.metrics.some((m) => m.name === 'Node Control/Rebirth' && m.value)) birth();
});
client.on('connect', () => setInterval(() => {
  count += 1;
  client.publishDeviceData('pump', { timestamp: Date.now(), metrics: [
    { name: 'count', type: 'Int32', value: count, timestamp: Date.now() }] });
}, 20));
