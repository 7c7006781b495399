// src/domain/report/quantities.ts
/** A duration as people say it: `340 ms`, `1.2 s`, `2 min 5 s`, `1 h 3 min`. */
function formatDuration(ms) {
	const whole = Math.max(0, Math.round(ms));
	if (whole < 1e3) return `${whole} ms`;
	if (whole < 59950) return `${(whole / 1e3).toFixed(1)} s`;
	const seconds = Math.round(whole / 1e3);
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
	const hours = Math.floor(minutes / 60);
	return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
/** A size in decimal units: `512 B`, `1.2 kB`, `3.4 MB`. */
function formatBytes(bytes) {
	const units = [
		"B",
		"kB",
		"MB",
		"GB",
		"TB"
	];
	let value = bytes;
	let unit = 0;
	while (value >= 999.95 && unit < units.length - 1) {
		value /= 1e3;
		unit += 1;
	}
	return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
/** `1 problem`, `3 problems`, `1,204 requests`. */
function count$1(n, noun) {
	return `${n.toLocaleString("en-US")} ${noun}${n === 1 ? "" : "s"}`;
}
// src/domain/image/size.ts
/** One line for people. */
function sizeLine({ sizeBytes, beforeBytes }) {
	if (beforeBytes === null) return `${formatBytes(sizeBytes)}, nothing to compare with`;
	const difference = sizeBytes - beforeBytes;
	const signed = difference === 0 ? "as large as" : `${difference > 0 ? "+" : "-"}${formatBytes(Math.abs(difference))} against`;
	return `${formatBytes(sizeBytes)}, ${signed} the last release`;
}
// src/domain/report/harmless.ts
/** Escape sequences of terminals: CSI, OSC and its relatives up to their end, and the short ones. */
const escapeSequence = /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]?|(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C)?|\u001B[ -/]*[0-~]?/g;
/** Characters that reorder or hide what stands around them. */
const invisible = /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\u2028\u2029\uFEFF\u{E0000}-\u{E007F}]/gu;
const control = /[\u0000-\u001F\u007F-\u009F]/g;
const longestLine = 8192;
/**
* Text from outside as one line that cannot steer a terminal or a CI runner.
*
* Colours go; line breaks become `⏎`; other control characters become `�`; characters that reorder text are
* spelled out (`<U+202E>`); the start of a runner command (`##[`) is broken. At most 8,192 characters.
*/
function harmless(text) {
	return (text.length > longestLine ? `${text.slice(0, longestLine)}… (${text.length} characters)` : text).toWellFormed().replace(escapeSequence, "").replace(/\r\n|[\n\r]/g, "⏎").replaceAll("	", "  ").replace(control, "�").replace(invisible, (c) => `<U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`).replaceAll("##[", "## [");
}
// src/domain/summary/markdown.ts
/**
* Text from outside as Markdown that says exactly that text on one line: no markup, no HTML, no link or image, no
* mention of a person, issue or commit.
*/
function escapeMarkdown(text) {
	return harmless(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replace(/[\\`*_{}[\]()#+!|~$^=:-]/g, (mark) => `&#${mark.charCodeAt(0)};`).replaceAll("@", "@&#8203;").replaceAll("&#35;", "&#35;&#8203;").replaceAll("&#58;//", "&#58;&#8203;//").replace(/\b(www)\./gi, "$1&#8203;.");
}
/** Text from outside as code on one line; whatever stands in it, it ends where it should. */
function inlineCode(text) {
	return `<code>${harmless(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replace(/[`|@\\*_[\]~]/g, (mark) => `&#${mark.charCodeAt(0)};`)}</code>`;
}
/** Several lines from outside as a block that they cannot end. */
function codeBlock(lines, language = "") {
	const shown = lines.map((line) => harmless(line));
	const longest = Math.max(2, ...shown.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
	const fence = "`".repeat(longest + 1);
	return `${fence}${language}\n${shown.join("\n")}\n${fence}`;
}
/** Cells are Markdown already. */
function table(head, rows) {
	const line = (cells) => `| ${cells.join(" | ")} |`;
	return [
		line(head),
		line(head.map(() => "---")),
		...rows.map(line)
	].join("\n");
}
// src/domain/summary/image.ts
const mostRows$2 = 30;
const stepCharacters = 80;
/** The part of a final document, when it has one. */
function imageFacts(image) {
	const { size, policy } = Object(image);
	if (size === void 0 || !Array.isArray(size.layers) || !Array.isArray(policy)) return null;
	return {
		size,
		policy
	};
}
/** Size against the last release, layer by layer, and the rules that the image breaks. */
function imageSection(image) {
	if (image === null) return "";
	const { size, policy } = image;
	const rows = size.layers.filter(({ isSame }) => !isSame).slice(0, mostRows$2).map(({ step, sizeBytes, beforeBytes }) => [
		inlineCode(step.slice(0, stepCharacters)),
		formatBytes(sizeBytes),
		beforeBytes === null ? "new" : formatBytes(beforeBytes)
	]);
	const same = size.layers.length - size.layers.filter(({ isSame }) => !isSame).length;
	return [
		`### Image: ${sizeLine(size)}`,
		size.exceeded === null ? "" : `**Too large:** ${escapeMarkdown(size.exceeded)}`,
		rows.length === 0 ? "" : table([
			"Layer",
			"Size",
			"Last release"
		], rows),
		same === 0 ? "" : `*${count$1(same, "layer")} as before.*`,
		policy.map((one) => `- ${where(one)}${escapeMarkdown(one.message)}`).join("\n")
	].filter((part) => part !== "").join("\n\n");
}
const where = ({ file, line }) => file === null ? "" : `${inlineCode(`${file}${line === null ? "" : `:${line}`}`)} `;
// src/domain/summary/scan.ts
const mostRows$1 = 100;
/** The part of a final document, when it has one. */
function scanFacts(scan) {
	if (typeof scan !== "object" || scan === null) return null;
	const { verdict, base, findings, fixed } = scan;
	if (!Array.isArray(findings) || !Array.isArray(fixed) || verdict !== "pass" && verdict !== "fail") return null;
	return {
		verdict,
		base: base?.from ?? null,
		findings: findings.filter(isWhole),
		fixed: fixed.filter(({ id }) => typeof id === "string")
	};
}
function isWhole(finding) {
	const { id, component, version, title, fixedIn } = Object(finding);
	return [
		id,
		component,
		version,
		title
	].every((text) => typeof text === "string") && Array.isArray(fixedIn);
}
/** The whole table for the summary of a run. */
function scanSection(scan) {
	if (scan === null) return "";
	const against = scan.base === null ? "" : `Compared with ${escapeMarkdown(scan.base)}.`;
	const rows = scan.findings.slice(0, mostRows$1);
	const more = scan.findings.length - rows.length;
	return [
		`### Scan: ${scan.findings.length === 0 ? "nothing found" : counts(scan)}`,
		against,
		rows.length === 0 ? "" : findingTable(rows),
		more > 0 ? `*${more} more are in the document.*` : "",
		scan.fixed.length === 0 ? "" : `Fixed: ${scan.fixed.slice(0, mostRows$1).map(({ id }) => inlineCode(id)).join(", ")}`
	].filter((part) => part !== "").join("\n\n");
}
function counts({ findings, fixed }) {
	const introduced = findings.filter(({ since }) => since === "introduced").length;
	return `${introduced} introduced, ${findings.length - introduced} disclosed, ${fixed.length} fixed`;
}
function findingTable(findings) {
	return table([
		"",
		"Severity",
		"Finding",
		"In",
		"Fixed in",
		"Since",
		""
	], findings.map((one) => [
		one.blocks === null ? "" : "❌",
		escapeMarkdown(one.severity),
		inlineCode(one.id),
		`${inlineCode([one.component, one.version].filter((part) => part !== "").join(" "))}${placeOf(one)}`,
		escapeMarkdown(one.fixedIn.join(", ")),
		escapeMarkdown(one.since),
		escapeMarkdown(remarks(one))
	]));
}
const placeOf = ({ file, line }) => file === null ? "" : ` ${inlineCode(`${file}:${line ?? 1}`)}`;
function remarks({ isKnownExploited, epss, waiver }) {
	return [
		...isKnownExploited ? ["known exploited"] : [],
		...epss === null ? [] : [`EPSS ${(epss * 100).toFixed(1)} %`],
		...waiver === null ? [] : [`waiver of ${waiver.owner} ${waiver.state === "expired" ? "expired on" : "until"} ${waiver.expires}`]
	].join(", ");
}
// src/domain/tests/judge.ts
const percent = (share) => `${(Math.floor(share * 1e3) / 10).toFixed(1)} %`;
// src/domain/summary/tests.ts
const mostRows = 50;
/** The part of a final document, when it has one; every text of it came from a report and may say anything. */
function testFacts(tests) {
	const { totals, failed, coverage } = Object(tests);
	if (totals === void 0 || coverage === void 0 || !Array.isArray(failed)) return null;
	return {
		totals,
		coverage,
		failed: failed.filter(({ name, suite, message }) => [
			name,
			suite,
			message
		].every((text) => typeof text === "string")),
		missingCritical: []
	};
}
/** Totals, coverage and what failed, for the summary of a run and the comment on a pull request. */
function testsSection(tests) {
	if (tests === null) return "";
	const { totals, coverage, failed } = tests;
	const counted = totals === null ? "" : `${totals.passed} of ${totals.tests} passed, ${totals.failed} failed, ${totals.skipped} skipped`;
	const covered = coverage === null ? "" : `${percent(coverage.share)} of ${coverage.lines} lines covered`;
	const rows = failed.slice(0, mostRows).map(({ suite, name, file, line, message }) => [
		escapeMarkdown(suite === "" ? name : `${suite} > ${name}`),
		file === null ? "" : inlineCode(`${file}${line === null ? "" : `:${line}`}`),
		escapeMarkdown(message.slice(0, 300))
	]);
	const more = failed.length - rows.length;
	return [
		`### Tests: ${[counted, covered].filter((part) => part !== "").join(", ")}`,
		rows.length === 0 ? "" : table([
			"Failed",
			"Where",
			"Why"
		], rows),
		more > 0 ? `*${more} more are in the document.*` : ""
	].filter((part) => part !== "").join("\n\n");
}
// src/domain/summary/facts.ts
/** `prefix` goes before paths of the project, for a project that is a folder of its repository: `apps/shop/`. */
function runFacts(document, events, prefix = "") {
	const placed = (file) => /^(\/|[A-Za-z]:)/.test(file) ? file : `${prefix}${file}`;
	const result = document.result;
	const release = at(result, "release");
	const rehearsal = at(result, "rehearsal") ?? (at(result, "rollback") === null ? null : result);
	const error = at(result, "error");
	const records = events.flatMap((event) => event.type === "rollout" ? [event.record] : []);
	const planned = list(at(result, "pendingMigrations")).map((name) => ({
		name: text$1(name) ?? "",
		durationMs: null
	}));
	return {
		document,
		version: text$1(at(release, "version")) ?? text$1(at(result, "version")) ?? text$1(at(result, "next")),
		commit: text$1(at(release, "commit")) ?? text$1(at(result, "commit")),
		tag: text$1(at(result, "tag")),
		isReleased: document.code === "RELEASED",
		artifact: text$1(at(result, "artifact")),
		url: text$1(at(result, "url")),
		rollback: text$1(at(rehearsal, "rollback")),
		rollbackReason: text$1(at(rehearsal, "reason")),
		migrationClass: text$1(at(result, "class")),
		statements: list(at(result, "statements")).map((one) => ({
			file: placed(text$1(at(one, "file")) ?? ""),
			line: number$1(at(one, "line")) ?? 1,
			class: text$1(at(one, "class")) ?? "",
			reason: text$1(at(one, "reason")) ?? ""
		})),
		migrations: [...list(at(rehearsal, "migrations")).map((one) => ({
			name: [text$1(at(one, "version")), text$1(at(one, "name"))].filter((part) => part !== null).join("_"),
			durationMs: number$1(at(one, "durationMs"))
		})), ...planned],
		scan: scanFacts(at(result, "scan")),
		tests: testFacts(at(result, "tests")),
		image: imageFacts(at(result, "image")),
		sbom: text$1(at(result, "sbom")),
		records,
		verdict: verdictOf(document, records),
		notes: text$1(at(result, "notes")),
		level: text$1(at(result, "level")),
		failure: error === null ? null : {
			message: text$1(at(error, "message")) ?? "",
			hint: text$1(at(error, "hint"))
		},
		problems: list(at(error, "problems")).map((one) => {
			const file = text$1(at(one, "file"));
			return {
				path: text$1(at(one, "path")) ?? "",
				message: text$1(at(one, "message")) ?? "",
				file: file === null ? null : placed(file),
				line: number$1(at(one, "line")),
				column: number$1(at(one, "column"))
			};
		})
	};
}
/** An interrupted or unanswered rollout has no verdict. */
function verdictOf({ outcome }, records) {
	if (records.length === 0) return null;
	if (outcome === "inconclusive") return "inconclusive";
	const end = records.findLast((record) => record.end !== void 0)?.end?.outcome;
	if (end === "ok") return "pass";
	return end === "rolled-back" || end === "rollback-failed" ? "fail" : end === "inconclusive" ? end : null;
}
function at(value, name) {
	if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return null;
	return value[name] ?? null;
}
const text$1 = (value) => typeof value === "string" && value !== "" ? value : null;
const number$1 = (value) => typeof value === "number" && Number.isFinite(value) ? value : null;
const list = (value) => Array.isArray(value) ? value : [];
// src/errors.ts
const exitCodes = {
	internal: 1,
	config: 2,
	gate: 3,
	"rolled-back": 4,
	"rollback-failed": 5,
	environment: 6,
	locked: 7,
	inconclusive: 8,
	interrupted: 130
};
// src/domain/report/outcome.ts
/** The exit code of a command that ended with this outcome and without an error of its own. */
function exitCodeOf(outcome) {
	switch (outcome) {
		case "ok":
		case "planned":
		case "running": return 0;
		case "refused": return exitCodes.gate;
		case "rolled-back":
		case "rollback-failed":
		case "inconclusive":
		case "locked":
		case "interrupted": return exitCodes[outcome];
		case "error": return exitCodes.internal;
	}
}
/** True when nobody has to do anything about it. */
function isGood(outcome) {
	return exitCodeOf(outcome) === 0;
}
// src/domain/summary/fit.ts
/** GitHub's limits, with room for what it counts differently. */
const limits = {
	/** 1 MiB per step. */
	summaryBytes: 1047552,
	/** 65,536 characters per comment or issue. */
	commentCharacters: 65e3,
	/** 140 characters for the description of a deployment status. */
	statusCharacters: 140,
	/** Of each level per step; more are dropped silently. */
	annotations: 10
};
/**
* Put sections together within a limit, measured by `sizeOf`; those of the highest rank give way first, and then
* the page says so with `note`.
*/
function fit(sections, limit, sizeOf, note) {
	const page = (texts) => `${texts.filter((text) => text !== "").join("\n\n")}\n`;
	const whole = page(sections.map(({ full }) => full));
	if (sizeOf(whole) <= limit) return whole;
	const texts = sections.map(({ full }) => full);
	const order = sections.map(({ rank }, index) => ({
		rank,
		index
	})).filter(({ rank }) => rank > 0).toSorted((a, b) => b.rank - a.rank);
	for (const { index } of order) {
		texts[index] = sections[index]?.short ?? "";
		const shorter = page([...texts, note]);
		if (sizeOf(shorter) <= limit) return shorter;
	}
	return cut(page(texts), limit - sizeOf(`\n\n${note}\n`), sizeOf) + `\n\n${note}\n`;
}
/** The longest beginning, by whole lines, that has the size. */
function cut(text, limit, sizeOf) {
	const lines = text.split("\n");
	let size = 0;
	let isFenced = false;
	const kept = [];
	for (const line of lines) {
		size += sizeOf(line) + 1;
		if (size > limit - 8) break;
		if (line.startsWith("```")) isFenced = !isFenced;
		kept.push(line);
	}
	return isFenced ? [...kept, "```"].join("\n") : kept.join("\n");
}
const utf8Bytes = (text) => {
	let bytes = 0;
	for (const character of text) {
		const code = character.codePointAt(0) ?? 0;
		bytes += code < 128 ? 1 : code < 2048 ? 2 : code < 65536 ? 3 : 4;
	}
	return bytes;
};
// src/domain/summary/rollout-chart.ts
/** Mermaid draws no more than this readably. */
const mostPoints = 40;
/** Weight of the new release and share of its failed requests over time, as a Mermaid chart; empty for one point. */
function rolloutChart(records) {
	const begin = Date.parse(records[0]?.at ?? "");
	const shown = thinned(records.map((record) => ({
		seconds: (Date.parse(record.at) - begin) / 1e3,
		weight: record.weightPercent,
		errors: record.requests === 0 ? 0 : 100 * record.errors / record.requests
	})).filter(({ seconds }) => Number.isFinite(seconds)));
	const last = shown.at(-1);
	if (shown.length < 2 || last === void 0 || last.seconds <= 0) return "";
	const row = (value) => shown.map((point) => Math.min(100, Math.max(0, value(point))).toFixed(1)).join(", ");
	return [
		"```mermaid",
		"xychart-beta",
		"  title \"Share of the traffic, and of it failed (percent)\"",
		`  x-axis "seconds" [${shown.map(({ seconds }) => seconds.toFixed(1)).join(", ")}]`,
		"  y-axis \"percent\" 0 --> 100",
		`  line [${row(({ weight }) => weight)}]`,
		`  line [${row(({ errors }) => errors)}]`,
		"```"
	].join("\n");
}
function thinned(points) {
	if (points.length <= mostPoints) return points;
	const step = (points.length - 1) / 39;
	return Array.from({ length: mostPoints }, (_, index) => points[Math.round(index * step)]).filter((point) => point !== void 0);
}
// src/domain/summary/job-summary.ts
/** The page of one run, at most 1 MiB: what happened, why, and what to do next. */
function jobSummary(input, limitBytes = limits.summaryBytes) {
	const { facts, report } = input;
	const note = `*Shortened: the page would be longer than GitHub shows.${report === null ? "" : ` All of it: ${inlineCode(report)}`}*`;
	return fit(sections(input), limitBytes, utf8Bytes, note);
	function sections({ events }) {
		return [
			{
				full: heading(facts),
				rank: 0
			},
			{
				full: failure(facts),
				rank: 0
			},
			{
				full: keyFacts(input),
				rank: 1
			},
			{
				full: stages$1(facts, events),
				rank: 2
			},
			{
				full: testsSection(facts.tests),
				short: count(facts.tests?.failed.length ?? 0, "failed test"),
				rank: 4
			},
			{
				full: imageSection(facts.image),
				rank: 6
			},
			{
				full: scanSection(facts.scan),
				short: count(facts.scan?.findings.length ?? 0, "finding"),
				rank: 5
			},
			{
				full: migrations(facts),
				short: count(facts.statements.length, "classified statement"),
				rank: 5
			},
			{
				full: rollout(facts),
				rank: 4
			},
			{
				full: warnings(events),
				short: count(warningsOf(events).length, "warning"),
				rank: 6
			},
			{
				full: notes(facts),
				rank: 3
			}
		];
	}
}
function heading({ document }) {
	return `## ${isGood(document.outcome) ? "✅" : document.outcome === "inconclusive" ? "⚠️" : "❌"} fairway ${escapeMarkdown(document.command)}: ${document.outcome}`;
}
function failure({ failure: failed, document, problems }) {
	if (failed === null) return "";
	const shown = problems.slice(0, 50).map(({ path, message, file, line }) => {
		return `- ${inlineCode(file === null ? path : `${file}${line === null ? "" : `:${line}`} ${path}`)}: ${escapeMarkdown(message)}`;
	});
	return [
		`**${inlineCode(document.code)}** ${paragraph(short(failed.message))}`,
		shown.join("\n"),
		failed.hint === null ? "" : `Next:\n\n${codeBlock(short(failed.hint).split("\n"))}`
	].filter((part) => part !== "").join("\n\n");
}
/** The first line as text, what follows it as it was written. */
function paragraph(text) {
	const [first = "", ...rest] = text.split("\n");
	return `${escapeMarkdown(first)}${rest.length === 0 ? "" : `\n\n${codeBlock(rest)}`}`;
}
const short = (text) => text.length > 4e3 ? `${text.slice(0, 4e3)}…` : text;
function keyFacts({ facts, report, runUrl }) {
	const known = [
		["Version", facts.version],
		["Commit", facts.commit],
		["Tag", facts.isReleased ? facts.tag : null],
		["Artifact", facts.artifact],
		["Address", facts.url],
		["Rollback", facts.rollback],
		["Verdict", facts.verdict],
		["Whole document", report]
	].flatMap(([name, value]) => value === null ? [] : [[name, inlineCode(value)]]);
	const link = runUrl === null ? [] : [["Run", `[log](${runUrl})`]];
	return known.length + link.length === 0 ? "" : table(["", ""], [...known, ...link]);
}
function stages$1({ document }, events) {
	const finished = events.flatMap((event) => event.type === "stage-finished" ? [event] : []);
	if (finished.length === 0) return "";
	return `### Stages\n\n${table([
		"Stage",
		"Outcome",
		"Time",
		"What came of it"
	], [...finished.map(({ stage, outcome, durationMs, summary }) => [
		inlineCode(stage),
		outcome,
		formatDuration(durationMs),
		escapeMarkdown(summary)
	]), [
		"**all**",
		document.outcome,
		formatDuration(document.durationMs),
		""
	]])}`;
}
function migrations({ migrations: all, statements, rollbackReason, rollback }) {
	const told = statements.filter((one) => one.class !== "safe");
	const parts = [
		all.length === 0 ? "" : table(["Migration", "Rehearsed in"], all.map(({ name, durationMs }) => [inlineCode(name), durationMs === null ? "" : formatDuration(durationMs)])),
		told.length === 0 ? "" : table([
			"Where",
			"Class",
			"Why"
		], told.map((one) => [
			inlineCode(`${one.file}:${one.line}`),
			one.class,
			escapeMarkdown(one.reason)
		])),
		rollback === null || rollbackReason === null ? "" : `Rollback ${rollback}: ${escapeMarkdown(rollbackReason)}`
	].filter((part) => part !== "");
	return parts.length === 0 ? "" : `### Database\n\n${parts.join("\n\n")}`;
}
function rollout({ records, verdict }) {
	const last = records.at(-1);
	if (last === void 0) return "";
	const rows = records.filter((record, index) => index === 0 || records[index - 1]?.weightPercent !== record.weightPercent).map((record) => [
		record.at.slice(11, 19),
		`${record.weightPercent} %`,
		String(record.requests),
		String(record.errors),
		escapeMarkdown(record.text)
	]);
	const ended = last.end === void 0 ? "" : escapeMarkdown(last.end.message);
	return [
		`### Rollout${verdict === null ? "" : `: ${verdict}`}`,
		ended,
		rolloutChart(records),
		table([
			"UTC",
			"Weight",
			"Requests",
			"Failed",
			""
		], rows.slice(0, 200))
	].filter((part) => part !== "").join("\n\n");
}
const warningsOf = (events) => events.flatMap((event) => event.type === "warning" ? [event.text] : []);
function warnings(events) {
	const all = warningsOf(events);
	return all.length === 0 ? "" : `### Warnings\n\n${all.map(warning).join("\n")}`;
}
/** What follows the first line is something to copy. */
function warning(text) {
	const [first = "", ...rest] = text.split("\n").filter((line) => line.trim() !== "");
	return `- ${escapeMarkdown(first)}${rest.length === 0 ? "" : `\n\n${codeBlock(rest, "yaml")}\n`}`;
}
function notes({ notes: text, version }) {
	if (text === null) return "";
	return `### ${escapeMarkdown(version === null ? "What changed" : `What changed in ${version}`)}\n\n${codeBlock(text.split("\n"), "markdown")}`;
}
const count = (n, noun) => n === 0 ? "" : `*${n} ${noun}${n === 1 ? "" : "s"} left out here.*`;
// src/domain/report/flight-record/chart.ts
const width = 720;
const height = 150;
const margin = {
	left: 46,
	right: 12,
	top: 12,
	bottom: 24
};
const inner = {
	width: width - margin.left - margin.right,
	height: height - margin.top - margin.bottom
};
/** A line chart as SVG text; it scales with its box and says its numbers in a title for those who cannot see it. */
function chartSvg(chart) {
	const values = chart.series.flatMap(({ points }) => points.map(({ value }) => value));
	const top = niceTop(Math.max(chart.atLeast, chart.limit?.value ?? 0, ...values));
	const span = Math.max(chart.durationSeconds, .001);
	const x = (seconds) => round(margin.left + Math.min(seconds, span) / span * inner.width);
	const y = (value) => round(margin.top + (1 - Math.min(value, top) / top) * inner.height);
	const grid = [
		0,
		.5,
		1
	].map((part) => {
		const at = y(part * top);
		return `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}"/><text class="axis" x="${margin.left - 6}" y="${at + 4}" text-anchor="end">${number(part * top)}</text>`;
	});
	const times = [
		0,
		.5,
		1
	].map((part) => {
		const anchor = part === 0 ? "start" : part === 1 ? "end" : "middle";
		return `<text class="axis" x="${x(part * span)}" y="144" text-anchor="${anchor}">${number(part * span)} s</text>`;
	});
	const limit = chart.limit === void 0 ? "" : `<line class="limit" x1="${margin.left}" x2="${width - margin.right}" y1="${y(chart.limit.value)}" y2="${y(chart.limit.value)}"/><text class="axis" x="${width - margin.right}" y="${y(chart.limit.value) - 4}" text-anchor="end">${chart.limit.name}</text>`;
	const lines = chart.series.map(({ points, tone, isStepped }) => `<path class="line ${tone}" d="${path(points, x, y, isStepped === true)}"/>`);
	return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${chart.title}, ${chart.unit}">${grid.join("")}${times.join("")}${limit}${lines.join("")}</svg>`;
}
function path(points, x, y, isStepped) {
	return points.map(({ seconds, value }, i) => {
		if (i === 0) return `M${x(seconds)} ${y(value)}`;
		return isStepped ? `H${x(seconds)}V${y(value)}` : `L${x(seconds)} ${y(value)}`;
	}).join("");
}
/** The next of 1, 2, 5, 10, 20, 50 ... that is not below. */
function niceTop(value) {
	const base = 10 ** Math.floor(Math.log10(Math.max(value, 1e-6)));
	return ([
		1,
		2,
		5,
		10
	].find((step) => step * base >= value * .999) ?? 10) * base;
}
function number(value) {
	return value >= 1e3 ? `${Number((value / 1e3).toPrecision(3))}k` : String(Number(value.toPrecision(3)));
}
function round(value) {
	return Math.round(value * 10) / 10;
}
// src/domain/report/flight-record/series.ts
function rolloutSeries(records) {
	const begin = Date.parse(records[0]?.at ?? "");
	const at = (record) => Math.max(0, (Date.parse(record.at) - begin) / 1e3);
	const points = (value) => records.flatMap((record) => {
		const found = value(record);
		return found === null ? [] : [{
			seconds: at(record),
			value: found
		}];
	});
	const fact = (name) => (record) => {
		const value = record.facts?.[name];
		return typeof value === "number" && Number.isFinite(value) ? value : null;
	};
	const last = records.at(-1);
	return {
		durationSeconds: last === void 0 ? 0 : at(last),
		weight: {
			name: "weight",
			tone: "weight",
			isStepped: true,
			points: points(({ weightPercent }) => weightPercent)
		},
		requestsPerSecond: {
			name: "requests to the new release",
			tone: "good",
			points: rates(records, at)
		},
		errorRate: {
			name: "errors",
			tone: "bad",
			points: points(({ requests, errors }) => requests === 0 ? null : 100 * errors / requests)
		},
		p95Ms: {
			canary: {
				name: "new release",
				tone: "weight",
				points: points(fact("p95Ms"))
			},
			baseline: {
				name: "stable",
				tone: "good",
				points: points(fact("baselineP95Ms"))
			}
		},
		evidence: {
			name: "e-value",
			tone: "evidence",
			points: points(fact("eValue"))
		}
	};
}
/** Requests per second between two looks that are far enough apart to mean something. */
function rates(records, at) {
	const found = [];
	let before = null;
	for (const record of records) {
		const now = {
			seconds: at(record),
			requests: record.requests
		};
		if (before !== null && now.seconds - before.seconds < .25) continue;
		if (before !== null) {
			const value = Math.max(0, now.requests - before.requests) / (now.seconds - before.seconds);
			found.push({
				seconds: now.seconds,
				value
			});
		}
		before = now;
	}
	return found;
}
// src/domain/report/flight-record/style.ts
/** Two themes from one set of names; nothing is loaded. */
const style = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2430; --quiet: #5c6675; --rule: #d9dee6; --weight: #2f6fde; --good: #1d8a5a; --bad: #c9372c; --evidence: #8a5cd1; --warn: #a36a00; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181f; --ink: #e4e8ee; --quiet: #98a3b3; --rule: #2d3542; --weight: #7aa7ff; --good: #4cc38a; --bad: #ff7b70; --evidence: #b794f4; --warn: #f0b54a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 56rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; white-space: pre-wrap; } .quiet { color: var(--quiet); }
.outcome { font-weight: 600; } .ok, .planned, .running { color: var(--good); } .refused, .rolled-back, .rollback-failed, .error { color: var(--bad); } .inconclusive, .locked, .interrupted { color: var(--warn); }
figure { margin: 1rem 0; } figcaption { font-weight: 600; } figcaption .quiet, .key { font-weight: 400; margin-left: .5rem; }
.key::before { content: ""; display: inline-block; width: .8rem; height: .2rem; margin-right: .3rem; vertical-align: middle; background: currentColor; }
svg { width: 100%; height: auto; display: block; } .grid { stroke: var(--rule); } .axis { fill: var(--quiet); font-size: 11px; font-family: system-ui, sans-serif; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; } .limit { stroke: var(--bad); stroke-dasharray: 4 4; }
.line.weight { stroke: var(--weight); } .line.good { stroke: var(--good); } .line.bad { stroke: var(--bad); } .line.evidence { stroke: var(--evidence); }
.key.weight { color: var(--weight); } .key.good { color: var(--good); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } th { text-align: left; color: var(--quiet); font-weight: 400; } td, th { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; overflow-wrap: anywhere; }
td:not(:last-child) { white-space: nowrap; } .bar svg { display: inline-block; width: 6rem; height: .5rem; margin-right: .5rem; } .bar rect { fill: var(--weight); }
summary { cursor: pointer; color: var(--quiet); margin: 1rem 0 .5rem; }
`;
// src/domain/report/flight-record/page.ts
/** One self-contained page about one run: opens from disk, loads nothing, readable in light and dark. */
function flightRecordPage(record) {
	const { document, events, runId, startedAt } = record;
	const rollout = events.flatMap((event) => event.type === "rollout" ? [event.record] : []);
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(`fairway ${document.command}: ${document.outcome}`)}</title>
<style>${style}</style>
</head>
<body>
<header><h1><span class="outcome ${text(document.outcome)}">${text(document.outcome)}</span> fairway ${text(document.command)}</h1>
<p>${text(summary(document))}</p>
<p class="quiet">run ${text(runId)}, begun ${text(startedAt)}, ${text(formatDuration(document.durationMs))}, exit code ${document.exitCode} (${text(document.code)})</p></header>
${rollout.length === 0 ? "" : `<section><h2>Rollout</h2>${charts(rollout).map(figure).join("")}${verdict(rollout)}</section>`}
<section><h2>Stages</h2>${stages(document, events)}</section>
</body>
</html>
`;
}
function charts(rollout) {
	const series = rolloutSeries(rollout);
	const { durationSeconds } = series;
	return [
		{
			title: "Weight",
			unit: "% of new requests",
			series: [series.weight],
			atLeast: 100,
			durationSeconds
		},
		{
			title: "Errors of the new release",
			unit: "% of its requests",
			series: [series.errorRate],
			atLeast: 1,
			durationSeconds
		},
		{
			title: "Requests",
			unit: "per second to the new release",
			series: [series.requestsPerSecond],
			atLeast: 1,
			durationSeconds
		},
		{
			title: "Latency",
			unit: "p95 in ms",
			series: [series.p95Ms.canary, series.p95Ms.baseline],
			atLeast: 1,
			durationSeconds
		},
		{
			title: "Evidence against the new release",
			unit: "e-value",
			series: [series.evidence],
			atLeast: 1,
			durationSeconds
		}
	].filter((chart) => chart.series.some(({ points }) => points.length > 1));
}
function figure(chart) {
	const names = chart.series.filter(({ points }) => points.length > 1);
	const legend = names.length < 2 ? "" : names.map(({ name, tone }) => ` <span class="key ${tone}">${text(name)}</span>`).join("");
	return `<figure><figcaption>${text(chart.title)} <span class="quiet">${text(chart.unit)}</span>${legend}</figcaption>${chartSvg(chart)}</figure>`;
}
function verdict(rollout) {
	return `<details open><summary>What happened</summary><table><thead><tr><th>at</th><th>weight</th><th>errors / requests</th><th></th></tr></thead><tbody>${rollout.filter(({ kind }, i) => kind !== rollout[i - 1]?.kind || i === rollout.length - 1).map((record) => `<tr><td>${text(record.at.slice(11, 19))}</td><td>${record.weightPercent} %</td><td>${record.errors} / ${record.requests}</td><td>${text(record.text)}</td></tr>`).join("")}</tbody></table></details>`;
}
function stages({ stages: all }, events) {
	const longest = Math.max(1, ...all.map(({ durationMs }) => durationMs));
	return `<table><thead><tr><th>stage</th><th></th><th>time</th><th></th></tr></thead><tbody>${all.map(({ name, outcome, durationMs }) => {
		const end = events.findLast((event) => event.type === "stage-finished" && event.stage === name);
		const said = end?.type === "stage-finished" ? end.summary : "";
		const share = Math.max(1, Math.round(100 * durationMs / longest));
		return `<tr><td>${text(name)}</td><td><span class="outcome ${text(outcome)}">${text(outcome)}</span></td><td class="bar"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${share}" height="8"/></svg>${text(formatDuration(durationMs))}</td><td>${text(said)}</td></tr>`;
	}).join("")}</tbody></table>`;
}
function summary({ result }) {
	const error = result["error"];
	if (typeof error?.message === "string") return error.message;
	const release = result["release"];
	const url = result["url"];
	if (typeof release?.version !== "string") return "";
	return `${release.version} (${String(release.commit).slice(0, 7)})${typeof url === "string" ? ` at ${url}` : ""}`;
}
/** Text from anywhere, as text: control characters and bidi marks made visible, HTML escaped. */
function text(value) {
	return harmless(value).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;").replaceAll("'", "&#39;");
}
// src/domain/report/call-report.ts
/**
* What a run printed and recorded, read again.
*
* `documentText` is what `--json` printed, `eventsText` the run's events, one JSON object a line; empty for a
* command that keeps none. Throws a plain Error when the first is no final document.
*/
function callReport(documentText, eventsText, runId) {
	const document = finalDocumentOf(documentText);
	const events = eventsText.split("\n").flatMap(eventOf);
	const facts = runFacts(document, events);
	return {
		outcome: document.outcome,
		code: document.code,
		json: documentText,
		summary: jobSummary({
			facts,
			events,
			report: null,
			runUrl: null
		}),
		html: flightRecordPage({
			runId,
			startedAt: startOf(eventsText) ?? "unknown",
			document,
			events
		})
	};
}
function finalDocumentOf(text) {
	let parsed;
	try {
		parsed = JSON.parse(text);
	} catch (cause) {
		throw new Error("the command printed no JSON document", { cause });
	}
	if (!isRecord(parsed) || typeof parsed["outcome"] !== "string" || typeof parsed["code"] !== "string") throw new Error("what the command printed is no final document: it has no outcome and code");
	return parsed;
}
/** A line that was cut by a crash is left out. */
function eventOf(line) {
	const event = parsedLine(line);
	return isRecord(event) && typeof event["type"] === "string" ? [event] : [];
}
function startOf(eventsText) {
	const first = parsedLine(eventsText.split("\n", 1)[0] ?? "");
	return isRecord(first) && typeof first["at"] === "string" ? first["at"] : null;
}
function parsedLine(line) {
	try {
		return JSON.parse(line);
	} catch {
		return null;
	}
}
function isRecord(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
export { callReport };
