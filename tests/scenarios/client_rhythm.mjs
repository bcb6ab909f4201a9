// The trace of the client's monitor for test_client_rhythm.py: one JSON request a line, one answer a line.
import { createInterface } from "node:readline";
import { countedRate, RATE_HZ, Rhythm } from "../../static/js/stage/play/rhythm.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { rhythm, seed, seconds } = JSON.parse(line);
  const heart = new Rhythm(seed);
  const trace = Array.from({ length: seconds * RATE_HZ }, () => heart.next(rhythm));
  console.log(JSON.stringify({ rate_hz: RATE_HZ, counted: countedRate(rhythm), trace }));
}
