/** A shorter value would hide half of every text and protect nothing. */
const shortestValue = 4;

/** Lines of a long secret, and pieces of encoded ones, are hidden from this length on. */
const shortestPart = 8;

/**
 * The texts by which a secret would be known if they were printed: itself, its lines, the password in a URL,
 * and how it looks in JSON, in a URL and in base64, also in the middle of a longer base64 text.
 */
export function formsOf(secret: string): readonly string[] {
  const value = secret.trim();
  if (value.length < shortestValue) return [];
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const parts = [...(lines.length > 1 ? lines : []), ...base64Forms(value)];
  return [
    ...new Set([
      ...[secret, value, ...passwordsIn(value)].flatMap(escapedForms),
      ...parts.filter((part) => part.length >= shortestPart),
    ]),
  ];
}

function escapedForms(value: string): readonly string[] {
  if (value.trim().length < shortestValue) return [];
  const inUrl = encodeURIComponent(value.toWellFormed());
  return [value, JSON.stringify(value).slice(1, -1), inUrl, inUrl.replaceAll('%20', '+')];
}

/** Drivers and tools print the password of a URL alone. */
function passwordsIn(value: string): readonly string[] {
  const password = URL.canParse(value) ? new URL(value).password : '';
  return password === '' ? [] : [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Base64 takes 3 bytes at once: what stands before a secret decides which of three forms it gets. */
function base64Forms(value: string): readonly string[] {
  const bytes = Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join('');
  const inside = [0, 1, 2].map((before) => {
    const padded = '\0'.repeat(before) + bytes;
    // The edge characters hold bits of what stands beside the secret.
    return btoa(padded).slice(Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6));
  });
  const alone = btoa(bytes);
  const all = [alone, alone.replaceAll('=', ''), ...inside];
  return [...all, ...all.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
}
