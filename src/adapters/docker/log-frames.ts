const headerBytes = 8;

/** Lines of both streams from the frames that an engine wraps them in: a byte of stream, three of zero, four of length. */
export function logLines(body: Uint8Array): readonly string[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const texts: Uint8Array[] = [];
  for (let at = 0; at + headerBytes <= body.byteLength;) {
    const length = view.getUint32(at + 4);
    texts.push(body.subarray(at + headerBytes, at + headerBytes + length));
    at += headerBytes + length;
  }
  const lines = Buffer.concat(texts).toString().split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
