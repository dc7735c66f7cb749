// A node-opcua client: node opcua_client.cjs URL SECONDS
// Browses from Objects down, subscribes to every number it finds, reads one, and says in JSON lines what it met.
const {
  OPCUAClient, AttributeIds, ClientSubscription, TimestampsToReturn, ClientMonitoredItem, NodeClass, DataType,
} = require("node-opcua");

const [url, seconds] = [process.argv[2], Number(process.argv[3])];
const say = (row) => console.log(JSON.stringify(row));

async function walk(session, nodeId, path, found) {
  const result = await session.browse({ nodeId, browseDirection: 0, referenceTypeId: "HierarchicalReferences",
    includeSubtypes: true, nodeClassMask: NodeClass.Object | NodeClass.Variable, resultMask: 63 });
  for (const reference of result.references || []) {
    const name = reference.browseName.name;
    if (name === "Server" || found.seen.has(reference.nodeId.toString())) continue;
    found.seen.add(reference.nodeId.toString());
    const here = [...path, name];
    if (reference.nodeClass === NodeClass.Variable) {
      found.variables.push({ nodeId: reference.nodeId.toString(), path: here.join("/") });
    }
    await walk(session, reference.nodeId, here, found);
  }
}

(async () => {
  const client = OPCUAClient.create({ endpointMustExist: false });
  await client.connect(url);
  const session = await client.createSession();
  const found = { seen: new Set(), variables: [] };
  await walk(session, "RootFolder", [], found);
  const values = await session.read(found.variables.map((v) => ({ nodeId: v.nodeId, attributeId: AttributeIds.Value })));
  const subscription = ClientSubscription.create(session, { requestedPublishingInterval: 200,
    requestedLifetimeCount: 100, requestedMaxKeepAliveCount: 10, publishingEnabled: true });
  const changes = {};
  for (const [at, variable] of found.variables.entries()) {
    const value = values[at];
    const samples = value.value?.value;
    say({ read: variable.path, nodeId: variable.nodeId, status: value.statusCode.value,
      sourceTime: value.sourceTimestamp && value.sourceTimestamp.toISOString(),
      type: DataType[value.value?.dataType], n: ArrayBuffer.isView(samples) ? samples.length : null,
      value: typeof samples === "number" ? samples : null,
      unit: samples?.displayName?.text ?? null });
    if (!variable.path.includes("EngineeringUnits") && (typeof samples === "number" || ArrayBuffer.isView(samples))) {
      const item = ClientMonitoredItem.create(subscription,
        { nodeId: variable.nodeId, attributeId: AttributeIds.Value },
        { samplingInterval: 0, queueSize: 100 }, TimestampsToReturn.Both);
      item.on("changed", (change) => {
        (changes[variable.path] ??= []).push([change.sourceTimestamp?.getTime() ?? null, change.statusCode.value]);
      });
    }
  }
  await new Promise((resolve) => { setTimeout(resolve, 1000 * seconds); });
  for (const [path, list] of Object.entries(changes)) say({ changed: path, list });
  await subscription.terminate();
  await session.close();
  await client.disconnect();
  say({ done: true });
})().catch((error) => { say({ error: String(error) }); process.exit(1); });
