import type { FailedQuery, RecordedQuery } from '../database.ts';

/** A line of the server's JSON log, as far as it is read here. */
interface LogLine {
  readonly error_severity?: string;
  readonly state_code?: string;
  readonly message?: string;
  readonly statement?: string;
  readonly context?: string;
  readonly detail?: string;
  readonly application_name?: string;
  readonly session_id?: string;
}

/** The queries that the server refused, in the order of its log. */
export function refusedQueries(log: string): readonly FailedQuery[] {
  return lines(log).flatMap((line) => {
    if (line.error_severity !== 'ERROR' && line.error_severity !== 'FATAL') return [];
    if (line.statement === undefined) return [];
    return [
      {
        applicationName: line.application_name ?? '',
        sqlState: line.state_code ?? '',
        message: line.message ?? '',
        query: line.statement,
        parameters: /with parameters: (.*)/s.exec(line.context ?? '')?.[1] ?? null,
      },
    ];
  });
}

/** The queries that were recorded, whether they were sent plain or with parameters. */
export function recordedQueries(log: string): readonly RecordedQuery[] {
  return lines(log).flatMap((line) => {
    const query = /^(?:statement|execute [^:]*): (.*)$/s.exec(line.message ?? '')?.[1];
    if (line.error_severity !== 'LOG' || query === undefined) return [];
    const parameters = /^[Pp]arameters: (.*)$/s.exec(line.detail ?? '')?.[1] ?? null;
    return [{ applicationName: line.application_name ?? '', session: line.session_id ?? '', query, parameters }];
  });
}

/** True when a message of exactly this text was logged. */
export function holdsMessage(log: string, message: string): boolean {
  return log.includes(message) && lines(log).some((line) => line.message === message);
}

function lines(log: string): readonly LogLine[] {
  return log.split('\n').flatMap((text) => {
    try {
      return [JSON.parse(text) as LogLine];
    } catch {
      return [];
    }
  });
}
