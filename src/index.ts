/**
 * Decisions for programs that run Fairway from elsewhere: pure functions, nothing of Node at load.
 *
 * The Dagger module loads this as `toolkit/index.js`.
 */
export { type CallReport, callReport } from './domain/report/call-report.ts';
