/** `20250131-120301-3f2a91c0`: sorts by time, safe as a file name. `random` is 8 hex digits. */
export function runIdOf(startedAt: Date, random: string): string {
  const digits = startedAt.toISOString().replace(/[-:]/g, '');
  return `${digits.slice(0, 8)}-${digits.slice(9, 15)}-${random}`;
}

export const runIdPattern = /^\d{8}-\d{6}-[0-9a-f]{8}$/;
