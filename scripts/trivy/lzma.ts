/**
 * Decode one raw LZMA stream (no header) of known properties and length.
 *
 * Node has no LZMA; this is the plain algorithm of the LZMA specification, written for speed where it is hot.
 */
export function lzmaDecode(input: Uint8Array, size: number, props: Properties): Uint8Array {
  const { lc, lp, pb } = props;
  const output = new Uint8Array(size);
  const probabilities = new Uint16Array(literalAt + (0x300 << (lc + lp))).fill(1 << 10);
  let range = 0xffffffff;
  let code = 0;
  // The first byte of the range coder is always 0.
  let at = 1;
  for (let i = 0; i < 4; i += 1) code = ((code << 8) | (input[at++] ?? 0)) >>> 0;

  const bit = (index: number): 0 | 1 => {
    const probability = probabilities[index] as number;
    const bound = (range >>> 11) * probability;
    let is: 0 | 1 = 0;
    if (code < bound) {
      range = bound;
      probabilities[index] = probability + ((2048 - probability) >>> 5);
    } else {
      range -= bound;
      code -= bound;
      probabilities[index] = probability - (probability >>> 5);
      is = 1;
    }
    if (range < 0x1000000) {
      range = (range << 8) >>> 0;
      code = ((code << 8) | (input[at++] ?? 0)) >>> 0;
    }
    return is;
  };
  const tree = (base: number, bits: number): number => {
    let node = 1;
    for (let i = 0; i < bits; i += 1) node = (node << 1) | bit(base + node);
    return node - (1 << bits);
  };
  const reversed = (base: number, bits: number): number => {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i += 1) {
      const is = bit(base + node);
      node = (node << 1) | is;
      value |= is << i;
    }
    return value;
  };
  const direct = (bits: number): number => {
    let value = 0;
    for (let i = 0; i < bits; i += 1) {
      range >>>= 1;
      const is = code >= range ? 1 : 0;
      if (is === 1) code -= range;
      value = (value << 1) | is;
      if (range < 0x1000000) {
        range = (range << 8) >>> 0;
        code = ((code << 8) | (input[at++] ?? 0)) >>> 0;
      }
    }
    return value >>> 0;
  };
  const length = (base: number, positionState: number): number => {
    if (bit(base) === 0) return tree(base + 2 + (positionState << 3), 3);
    if (bit(base + 1) === 0) return 8 + tree(base + 130 + (positionState << 3), 3);
    return 16 + tree(base + 258, 8);
  };
  const distance = (long: number): number => {
    const slot = tree(slotAt + (Math.min(long, 3) << 6), 6);
    if (slot < 4) return slot;
    const bits = (slot >>> 1) - 1;
    const high = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return high + reversed(specialAt + high - slot - 1, bits);
    return high + direct(bits - 4) * 16 + reversed(alignAt, 4);
  };

  let state = 0;
  let [rep0, rep1, rep2, rep3] = [0, 0, 0, 0];
  let position = 0;
  const literal = (): void => {
    const before = position === 0 ? 0 : (output[position - 1] as number);
    const base = literalAt + 0x300 * (((position & ((1 << lp) - 1)) << lc) + (before >>> (8 - lc)));
    let symbol = 1;
    if (state >= 7) {
      let match = output[position - rep0 - 1] as number;
      while (symbol < 0x100) {
        const expected = (match >>> 7) & 1;
        match <<= 1;
        const is = bit(base + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | is;
        if (expected !== is) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | bit(base + symbol);
    output[position++] = symbol & 0xff;
    state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  };

  while (position < size) {
    const positionState = position & ((1 << pb) - 1);
    if (bit((state << 4) + positionState) === 0) {
      literal();
      continue;
    }
    let long: number;
    if (bit(isRepAt + state) === 0) {
      [rep3, rep2, rep1] = [rep2, rep1, rep0];
      long = length(lengthAt, positionState);
      state = state < 7 ? 7 : 10;
      rep0 = distance(long);
      if (rep0 === 0xffffffff) break;
    } else {
      if (bit(isRep0At + state) === 0) {
        if (bit(isRep0LongAt + (state << 4) + positionState) === 0) {
          state = state < 7 ? 9 : 11;
          output[position] = output[position - rep0 - 1] as number;
          position += 1;
          continue;
        }
      } else if (bit(isRep1At + state) === 0) {
        [rep0, rep1] = [rep1, rep0];
      } else if (bit(isRep2At + state) === 0) {
        [rep0, rep1, rep2] = [rep2, rep0, rep1];
      } else {
        [rep0, rep1, rep2, rep3] = [rep3, rep0, rep1, rep2];
      }
      long = length(repLengthAt, positionState);
      state = state < 7 ? 8 : 11;
    }
    if (rep0 >= position) throw new Error('the LZMA stream is damaged');
    const end = Math.min(size, position + long + 2);
    for (; position < end; position += 1) output[position] = output[position - rep0 - 1] as number;
  }
  return output;
}

export interface Properties {
  /** Literal context bits, literal position bits, position bits. */
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
}

/** Where each kind of decision has its probabilities. */
const isRepAt = 192;
const isRep0At = isRepAt + 12;
const isRep1At = isRep0At + 12;
const isRep2At = isRep1At + 12;
const isRep0LongAt = isRep2At + 12;
const slotAt = isRep0LongAt + 192;
const specialAt = slotAt + 256;
const alignAt = specialAt + 128;
const lengthAt = alignAt + 16;
const repLengthAt = lengthAt + 514;
const literalAt = repLengthAt + 514;
