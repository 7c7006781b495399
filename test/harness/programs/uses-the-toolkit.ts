/** What an action written with GitHub's own toolkit tells a runner. */
import * as core from '@actions/core';

core.setSecret('s3cret-value');
core.setOutput('text', 'one\ntwo<<EOF\nEOF');
core.setOutput('odd', 'a=b');
core.saveState('kept', 'yes');
core.error('it broke:\n100 %', { title: 'a, b: c', file: 'a,b.ts', startLine: 3 });
core.startGroup('group');
core.info('inside s3cret-value');
core.endGroup();
core.exportVariable('EXPORTED', 'x');
core.addPath('/opt/x');
await core.summary.addHeading('Hello').write();
