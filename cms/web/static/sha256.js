/* SHA-256 a piece at a time: films do not fit into memory at once, and the browser's own is missing without https. */
const K = new Uint32Array(64), START = new Uint32Array(8);
{ // the first 32 bits of the fractions of the roots of the primes
  let found = 0;
  for (let n = 2; found < 64; n += 1) {
    let prime = true;
    for (let by = 2; by * by <= n; by += 1) if (n % by === 0) { prime = false; break; }
    if (!prime) continue;
    if (found < 8) START[found] = (Math.sqrt(n) % 1) * 2 ** 32;
    K[found] = (Math.cbrt(n) % 1) * 2 ** 32;
    found += 1;
  }
}
const turned = (x, n) => (x >>> n) | (x << (32 - n));

/** A hash that takes bytes and ends as hexadecimal digits. */
export function sha256() {
  const state = Uint32Array.from(START), w = new Uint32Array(64), block = new Uint8Array(64);
  let held = 0, length = 0;
  function work(bytes, at) {
    for (let i = 0; i < 16; i += 1) { const j = at + i * 4; w[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3]; }
    for (let i = 16; i < 64; i += 1) {
      const a = w[i - 15], b = w[i - 2];
      w[i] = w[i - 16] + (turned(a, 7) ^ turned(a, 18) ^ (a >>> 3)) + w[i - 7] + (turned(b, 17) ^ turned(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }
  function take(bytes) {
    let at = 0;
    length += bytes.length;
    if (held) {
      at = Math.min(64 - held, bytes.length);
      block.set(bytes.subarray(0, at), held);
      held += at;
      if (held < 64) return;
      work(block, 0);
      held = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) work(bytes, at);
    block.set(bytes.subarray(at));
    held = bytes.length - at;
  }
  function end() {
    const bits = length * 8, tail = new Uint8Array((held < 56 ? 56 : 120) - held + 8);
    tail[0] = 128;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(tail.length - 4, bits >>> 0);
    take(tail);
    return [...state].map((one) => one.toString(16).padStart(8, "0")).join("");
  }
  return { take, end };
}
