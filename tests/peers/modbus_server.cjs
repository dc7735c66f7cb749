// A modbus-serial server: node modbus_server.cjs PORT [JOURNAL [GENERATION]]
// Holding 20 counts its own readings from GENERATION * 1000 on; each is written down in JOURNAL with its time [ms].
// Holding 0..3: float32 21.5 (abcd), float32 -4.25 (cdab); 10: a counter; 40: device failure; 100..: refused. Input n: 3 n. Coil n: n odd.
const { ServerTCP } = require("modbus-serial");

const fs = require("fs");

const port = Number(process.argv[2]);
const journal = process.argv[3] ? fs.openSync(process.argv[3], "a") : null;
let served = 1000 * Number(process.argv[4] || 1);
const float = (value) => {
  const data = Buffer.alloc(4);
  data.writeFloatBE(value);
  return [data.readUInt16BE(0), data.readUInt16BE(2)];
};
const [a, b] = float(21.5);
const [c, d] = float(-4.25);
const fixed = { 0: a, 1: b, 2: d, 3: c };
let count = 0;
setInterval(() => { count = (count + 1) % 65536; }, 10);

new ServerTCP({
  getInputRegister: (at) => 3 * at,
  getHoldingRegister: (at) => {
    if (at >= 100) throw { modbusErrorCode: 0x02 };
    if (at === 40) throw { modbusErrorCode: 0x04 };
    if (at === 20) {
      served += 1;
      if (journal) fs.writeSync(journal, `${served},${Date.now()}\n`);
      return served;
    }
    return at === 10 ? count : fixed[at] ?? 0;
  },
  getCoil: (at) => at % 2 === 1,
  getDiscreteInput: (at) => at % 2 === 0,
}, { host: "127.0.0.1", port, unitID: 7 });
