import { func, object } from '@dagger.io/dagger';

/** How a run ended; each field is a text. */
@object()
export class Report {
  /** One word: ok, planned, running, refused, rolled-back, rollback-failed, inconclusive, locked, interrupted, error. */
  @func()
  outcome: string;

  /** Stable code of the end, such as DEPLOYED. */
  @func()
  code: string;

  /** The final document of the command, as JSON. */
  @func()
  json: string;

  /** What happened, as Markdown. */
  @func()
  summary: string;

  /** What happened, as one self-contained page. */
  @func()
  html: string;

  constructor(outcome: string, code: string, json: string, summary: string, html: string) {
    this.outcome = outcome;
    this.code = code;
    this.json = json;
    this.summary = summary;
    this.html = html;
  }
}
