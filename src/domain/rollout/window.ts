/** A time of the week in UTC in which something may be done that cannot be undone. */
export interface Window {
  /** 0 is Sunday; null: every day. */
  readonly day: number | null;
  /** Minutes since midnight; an end before the begin is on the next day. */
  readonly from: number;
  readonly to: number;
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const dayMinutes = 24 * 60;
const form = /^(?:(sun|mon|tue|wed|thu|fri|sat) )?([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;

/** Read `sat 22:00-02:00` or `03:00-04:00`; null for anything else, and for one without length. */
export function readWindow(text: string): Window | null {
  const [, day, fromHour, fromMinute, toHour, toMinute] = form.exec(text) ?? [];
  if (fromHour === undefined) return null;
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  if (from === to) return null;
  return { day: day === undefined ? null : days.indexOf(day as (typeof days)[number]), from, to };
}

export function isInside({ day, from, to }: Window, at: Date): boolean {
  const today = at.getUTCDay();
  const minute = at.getUTCHours() * 60 + at.getUTCMinutes();
  const begins = (when: number): boolean => day === null || day === when;
  if (from < to) return begins(today) && minute >= from && minute < to;
  const yesterday = (today + 6) % 7;
  return (begins(today) && minute >= from && minute < dayMinutes) || (begins(yesterday) && minute < to);
}
