/** What the artifacts under test hold. */
export const programs = (version: string): Readonly<Record<string, string>> => ({
  'server.js': `
    if (process.env.STUBBORN) process.on('SIGTERM', () => {});
    require('node:http').createServer((request, response) => {
      if (request.url === '/exit') process.exit(3);
      response.end(request.url === '/env' ? JSON.stringify(process.env) : ${JSON.stringify(version)});
    }).listen(Number(process.env.PORT), process.env.HOST);`,
  'worker.js': `console.log('worker ' + (process.env.PORT ? 'with' : 'without') + ' a port'); setInterval(() => {}, 1000);`,
  'noisy.js': `
    for (let i = 0; i < 1000; i += 1) if (i > 0) console.log('line ' + i);
    console.error('it broke'); process.exitCode = 1;`,
  'nested/asset.css': 'body {}',
});
