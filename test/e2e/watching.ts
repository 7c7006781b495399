import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TinyApp } from './tiny-app.ts';

/** Wait for something that must come; `story` is told when it does not. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  story: () => string = () => '',
  limitMs = 30_000,
): Promise<void> {
  for (const end = Date.now() + limitMs; Date.now() < end; await sleep(50)) if (await holds()) return;
  throw new Error(`it never came to that: ${story()}`);
}

export async function statusOf(app: TinyApp) {
  const { document } = await app.fairway(['status']);
  return document?.result as { stable: { version: string } | null; rollout: unknown; lock: unknown };
}

/** The agent that serves now, as its own log tells it. */
export function agentPid(app: TinyApp): number {
  const log = readFileSync(`${app.state}/agent/agent.log`, 'utf8');
  const pid = Number([...log.matchAll(/serves as process (\d+)/g)].at(-1)?.[1]);
  if (!(pid > 1)) throw new Error(`no pid in ${log}`);
  return pid;
}
