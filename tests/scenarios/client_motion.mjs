// Measures recordings with the client's meters for test_client_motion.py: one JSON request a line, one answer a line.
import { createInterface } from "node:readline";
import { measure } from "../../static/js/stage/motion/meter.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { samples, source, calibration } = JSON.parse(line);
  const { compressions, summary } = measure(samples, source, calibration);
  console.log(JSON.stringify({ compressions, summary }));
}
