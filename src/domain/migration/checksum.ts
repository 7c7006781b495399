/** SHA-256 of a script, as hex; the same whatever line ends an editor or git gave it, and with or without a BOM. */
export async function checksumOf(text: string): Promise<string> {
  const plain = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(plain));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
