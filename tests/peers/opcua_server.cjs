// A node-opcua server whose values count: node opcua_server.cjs PORT FOLDER PKI GENERATION
// It writes each count and its time [ms] down in FOLDER/journal.csv before it serves it.
// counter = GENERATION * 1e6 + 1, + 2, ... each 20 ms, each with its own source time.
const {
  OPCUAServer, Variant, DataType, StatusCodes, VariantArrayType, standardUnits, OPCUACertificateManager,
  MessageSecurityMode, SecurityPolicy, DataValue,
} = require("node-opcua");
const fs = require("fs");
const path = require("path");

const port = Number(process.argv[2]);
const folder = process.argv[3];
const pki = process.argv[4];
const generation = Number(process.argv[5] || 1);

(async () => {
  const trust = new OPCUACertificateManager({
    rootFolder: pki, automaticallyAcceptUnknownCertificate: true,
  });
  await trust.initialize();
  const server = new OPCUAServer({
    port,
    resourcePath: "/peer",
    serverCertificateManager: trust,
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
    allowAnonymous: true,
    serverCapabilities: { minSupportedSampleRate: 0 },
    userManager: { isValidUser: (user, password) => user === "fitter" && password === "spanner" },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const home = space.getOwnNamespace();
  const line = home.addObject({ organizedBy: space.rootFolder.objects, browseName: "Line", nodeId: "s=line" });
  const add = (name, dataType, extra = {}) =>
    home.addVariable({ componentOf: line, browseName: name, nodeId: `s=${name}`, dataType, ...extra });
  const addAnalog = (name, engineeringUnits) =>
    home.addAnalogDataItem({
      componentOf: line, browseName: name, nodeId: `s=${name}`, dataType: "Double",
      engineeringUnitsRange: { low: 0, high: 200 }, engineeringUnits,
    });

  // 0 here and in serverCapabilities: each change is reported; else node-opcua joins those within 50 ms.
  const counter = add("counter", "Double", { minimumSamplingInterval: 0 });
  const bad = add("bad", "Double");
  const uncertain = add("uncertain", "Double");
  const nan = add("nan", "Double");
  const text = add("recipe", "String");
  const flag = add("running", "Boolean");
  const wave = add("wave", "Float", { valueRank: 1 });
  home.addVariable({
    propertyOf: wave, browseName: "SampleRate", dataType: "Double",
    value: new Variant({ dataType: DataType.Double, value: 12800 }),
  });
  const temperature = addAnalog("temperature", standardUnits.degree_celsius);
  const fahrenheit = addAnalog("fahrenheit", standardUnits.degree_fahrenheit);

  const set = (variable, dataType, value, status = StatusCodes.Good, time = new Date()) =>
    variable.setValueFromSource({ dataType, value }, status, time);
  set(temperature, DataType.Double, 81.5);
  set(fahrenheit, DataType.Double, 180);
  set(text, DataType.String, "alloy 7");
  set(flag, DataType.Boolean, true);
  set(uncertain, DataType.Double, 5.5, StatusCodes.UncertainLastUsableValue);
  set(nan, DataType.Double, NaN);
  bad.setValueFromSource({ dataType: DataType.Null }, StatusCodes.BadSensorFailure);
  wave.setValueFromSource({
    dataType: DataType.Float, arrayType: VariantArrayType.Array,
    value: Float32Array.from({ length: 2048 }, (_, i) => Math.sin(i / 8)),
  });
  let n = 0;
  set(counter, DataType.Double, generation * 1e6);
  const journal = fs.openSync(path.join(folder, "journal.csv"), "a");
  setInterval(() => {
    const time = new Date();
    n += 1;
    fs.writeSync(journal, `${generation * 1e6 + n},${time.getTime()}\n`);
    set(counter, DataType.Double, generation * 1e6 + n, StatusCodes.Good, time);
  }, 20);
  await server.start();
  console.log("listening", port);
})();
