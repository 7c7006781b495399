import"./chunk-rolldown-runtime.js";import{t as ConfigError}from"./chunk-errors.js";import{t as loadConfiguration}from"./chunk-configuration.js";import{basename,dirname,join}from"node:path";import{promisify}from"node:util";import{mkdir,readFile,readdir,stat,writeFile}from"node:fs/promises";import{execFile}from"node:child_process";function findMigrations(paths,python){let prisma=paths.find(path=>/^(.*\/)?(migrations\/migration_lock\.toml|prisma\/schema\.prisma)$/.test(path));if(prisma!==void 0){let directory=`${prisma.replace(/\/?(migrations\/migration_lock\.toml|schema\.prisma)$/,``)}/migrations`,why=`there is ${prisma}; Fairway applies the folders itself and keeps Prisma's table`;return{text:section(`prisma`,directory),what:`tool: prisma`,why}}let alembic=paths.find(path=>/^(.*\/)?alembic\.ini$/.test(path));if(alembic!==void 0){let directory=alembic.replace(/\/?alembic\.ini$/,``)||`.`;if(python===null){let why=`there is ${alembic}; the real Alembic is run, which must be on the PATH (or say "program: poetry run alembic")`;return{text:section(`alembic`,directory),what:`tool: alembic`,why}}let up=directory===`.`?``:`../`.repeat(directory.split(`/`).length),prepare=python.install.map(line=>`    - ${line}\n`).join(``);return{text:`${section(`alembic`,directory)}  program: python3 -m alembic\n  prepare:\n${prepare}  env: { PYTHONPATH: ${up}packages }\n`,what:`tool: alembic`,why:`there is ${alembic}; the real Alembic is run, of the packages that "prepare" installs`}}let sql=paths.find(path=>/^(.*\/)?migrations\/[VU]?\d+[^/]*\.sql$/.test(path));if(sql===void 0)return null;let directory=sql.slice(0,sql.lastIndexOf(`/`));return{text:`migrations:\n  directory: ${directory}\n`,what:`migrations in ${directory}`,why:`it holds numbered .sql files`}}const section=(tool,directory)=>`migrations:\n  tool: ${tool}\n  directory: ${directory}\n`,pip=`python3 -m pip install --quiet --disable-pip-version-check --no-compile --target packages`;function pythonProject(paths){let has=path=>paths.includes(path),start=startOf(has);return has(`uv.lock`)?{install:[`uv export --quiet --frozen --no-dev --no-emit-project --output-file locked.txt`,`uv pip install --quiet --target packages --requirements locked.txt`],installWhy:`there is a uv.lock`,start}:has(`requirements.txt`)?{install:[`${pip} --requirement requirements.txt`],installWhy:`there is a requirements.txt: with exact versions, builds repeat`,start}:has(`pyproject.toml`)?{install:[`${pip} .`],installWhy:`there is a pyproject.toml and no lock that is known here: pin the versions, so that builds repeat`,start}:null}function startOf(has){if(has(`app/__main__.py`))return{text:`python3 -m app`,why:`app/__main__.py is what "python -m app" runs`};let file=[`app.py`,`main.py`,`server.py`,`src/app.py`,`src/main.py`].find(path=>has(path));return file===void 0?has(`manage.py`)?{text:`sh -c 'exec python3 manage.py runserver --noreload "127.0.0.1:$PORT"'`,why:`Django's own server, to try it: put the one of production there`}:{text:`python3 -m app`,why:`nothing here says how it starts: correct it; PORT says where to listen`}:{text:`python3 ${file}`,why:`started directly, it gets the signal to stop itself`}}function proposeConfig(view){let{paths}=view,manifest=manifestOf(view.packageJson),app=appName(manifest.name??view.folder),choices=[{what:`app: ${app}`,why:manifest.name===null?`the name of the folder`:`the name in package.json`}],parts=[`app: ${app}\n`],because=(what,why)=>choices.push({what,why}),isNode=view.packageJson!==null,python=isNode?null:pythonProject(paths),isStatic=!isNode&&python===null&&(paths.includes(`index.html`)||paths.includes(`public/index.html`));if(isNode){let hasLock=paths.includes(`package-lock.json`),install=hasLock?`npm ci`:`npm install --no-save`;because(install,hasLock?`there is a package-lock.json`:`there is no package-lock.json: commit one, so that builds repeat`);let steps=[install,...manifest.scripts.includes(`build`)?[`npm run build`]:[]];parts.push(`build:\n  run:\n${steps.map(step=>`    - ${step}\n`).join(``)}`),manifest.scripts.includes(`test`)&&(parts.push(`test:
  run: npm test
`),because(`npm test`,`package.json has this script`));let start=startCommand(paths,manifest);parts.push(process(start.command)),because(start.command,start.why)}else if(python!==null){let[first=``,...more]=python.install;because(first.split(` `).slice(0,4).join(` `),python.installWhy),parts.push(`build:\n  run:\n${[first,...more].map(step=>`    - ${step}\n`).join(``)}`),parts.push(`env:
  PYTHONPATH: packages
`),because(`PYTHONPATH: packages`,`packages lie beside the code: a virtual environment cannot be moved`),parts.push(process(python.start.text)),because(python.start.text,python.start.why)}else if(isStatic){let folder=paths.includes(`public/index.html`)?`public`:`.`;parts.push(process(`sh -c 'exec python3 -m http.server "$PORT" --bind 127.0.0.1 --directory ${folder}'`)),because(`python3 -m http.server`,`${folder}/index.html is a page and nothing here serves it`)}else parts.push(process(`./start`)),because(`./start`,`nothing here says how the application starts: put its command there; PORT says where to listen`);let migrations=findMigrations(paths,python);migrations!==null&&(parts.push(migrations.text),because(migrations.what,migrations.why)),parts.push(`smoke:
  checks:
    - { type: http, path: / } # must answer 2xx before traffic comes
`),parts.push(`deploy:
  steps: [5, 25, 50, 100] # percent of the traffic
  hold: 1m # how long each step is watched
`),because(`5, 25, 50, 100 % of the traffic`,`a bad release is seen while few meet it`);let database=migrations===null?``:`    database: { type: postgres, provider: embedded }
`;return parts.push(`environments:\n  local:\n    target: { type: process }\n    proxy: { type: embedded, port: 8080 }\n${database}`),because(`environment local`,`processes on this machine behind an embedded proxy: to try it, without any server`),{text:parts.join(`
`),choices}}const process=command=>`processes:\n  web:\n    command: ${command}\n    traffic: true\n`;function manifestOf(text){let value=null;try{value=JSON.parse(text??`null`)}catch{}let{name,scripts,main}=typeof value==`object`&&value?value:{};return{name:typeof name==`string`?name:null,scripts:typeof scripts==`object`&&scripts?Object.keys(scripts):[],main:typeof main==`string`?main:null}}function startCommand(paths,{scripts,main}){let file=[main,`src/server.js`,`server.js`,`src/index.js`,`index.js`,`app.js`].find(path=>path!==null&&paths.includes(path)&&/^[\w./-]+$/.test(path));return file==null?scripts.includes(`start`)?{command:`npm start`,why:`package.json has this script`}:{command:`node server.js`,why:`nothing here says how it starts: correct it; PORT says where to listen`}:{command:`node ${file}`,why:`started directly, it gets the signal to stop itself`}}function appName(name){let plain=name.replace(/^@[^/]*\//,``).toLowerCase().replace(/[^a-z0-9]+/g,`-`).replace(/^[^a-z]+|-+$/g,``).slice(0,40).replace(/-+$/,``);return plain===``?`app`:plain}function githubWorkflow(options){let{action,branch}=options,begin=`      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          fetch-depth: 0 # versions come from the history
          persist-credentials: false`;return{path:`.github/workflows/fairway.yml`,text:`name: Fairway

on:
  pull_request:
  push:
    branches: [${branch}]

permissions: {}

jobs:
  plan:
    name: What this change would do
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    permissions:
      contents: read # to check out
      pull-requests: write # the comment
    steps:
${begin}
      - uses: ${action}
        with:
          command: test
      - uses: ${action}
        with:
          command: ship
          dry-run: true

  ship:
    name: From commit to released
    if: github.event_name == 'push'
    runs-on: ubuntu-24.04
    timeout-minutes: 120
    concurrency:
      group: fairway-ship # one at a time; a running one is never cut
      cancel-in-progress: false
    permissions:
      contents: write # tag and branch of the release
      deployments: write # the deployment that GitHub shows
    steps:
${begin}
      - uses: ${action}
        with:
          command: ship
`}}function gitlabPipeline({branch}){return{path:`.gitlab-ci.yml`,text:`# Needs a runner with git and Node 24, and Fairway's command line unpacked there: FAIRWAY_HOME names its folder.
stages: [plan, ship]

variables:
  GIT_DEPTH: '0' # versions come from the history

plan:
  stage: plan
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  script:
    - node "$FAIRWAY_HOME/dist/cli.js" test
    - node "$FAIRWAY_HOME/dist/cli.js" ship --dry-run

ship:
  stage: ship
  interruptible: false
  resource_group: fairway-ship
  rules:
    - if: $CI_COMMIT_BRANCH == "${branch}" && $CI_PIPELINE_SOURCE == "push"
  script:
    - git checkout -B "$CI_COMMIT_BRANCH" "$CI_COMMIT_SHA"
    - node "$FAIRWAY_HOME/dist/cli.js" ship
`}}const run=async context=>{let{directory,flags,dryRun}=context,ci=flags.ci,written=[],said=[],hasConfig=await exists(join(directory,`fairway.yml`));if(hasConfig&&ci===void 0)throw taken(`fairway.yml`);if(!hasConfig){let{text,choices}=proposeConfig(await look(directory));written.push({path:`fairway.yml`,text}),said.push(...choices.map(({what,why})=>`  ${what}: ${why}`))}if(ci!==void 0){let file=await pipeline(context,ci===`gitlab`?`gitlab`:`github`);if(await exists(join(directory,file.path)))throw taken(file.path);written.push(file)}for(let{path,text}of dryRun?[]:written)await mkdir(dirname(join(directory,path)),{recursive:!0}),await writeFile(join(directory,path),text,{flag:`wx`});dryRun||await loadConfiguration(context);let paths=written.map(({path})=>path);return{outcome:dryRun?`planned`:`ok`,code:`INITIALIZED`,result:{files:written},summary:[`${dryRun?`would write`:`wrote`} ${paths.join(`, `)}`,...said,...dryRun?written.flatMap(({path,text})=>[``,`${path}:`,...text.split(`
`)]):[],`next: read it, correct what is wrong, then "fairway check"`]}};async function pipeline({directory,flags},ci){let branch=await currentBranch(directory);if(ci===`gitlab`)return gitlabPipeline({branch});let action=flags.action;if(typeof action!=`string`||!/^[\w.-]+\/[\w.-]+@[\w./-]+$/.test(action))throw new ConfigError(`COMMAND_LINE_INVALID`,`The workflow must name the Action that it uses.`,{problems:[{path:`--action`,message:`expected OWNER/NAME@REF, best with the 40 digits of a commit as REF`}]});return githubWorkflow({action,branch})}async function currentBranch(directory){let name=await promisify(execFile)(`git`,[`symbolic-ref`,`--short`,`HEAD`],{cwd:directory,timeout:1e4}).then(({stdout})=>stdout.trim(),()=>`main`);return/^[\w][\w./-]*$/.test(name)?name:`main`}const skipped=new Set([`node_modules`,`.git`,`dist`,`build`,`.venv`,`vendor`]);async function look(directory){let paths=[];for(let entry of await readdir(directory,{withFileTypes:!0})){if(skipped.has(entry.name)||(entry.isFile()&&paths.push(entry.name),!entry.isDirectory()))continue;let below=await readdir(join(directory,entry.name),{withFileTypes:!0}).catch(()=>[]);paths.push(...below.slice(0,200).flatMap(one=>one.isFile()?[`${entry.name}/${one.name}`]:[]))}let packageJson=await readFile(join(directory,`package.json`),`utf8`).catch(()=>null);return{folder:basename(directory),paths,packageJson}}const exists=async path=>await stat(path).then(()=>!0,()=>!1);function taken(path){return new ConfigError(`FILE_EXISTS`,`${path} is there already, and nothing is overwritten.`,{hint:`"fairway init --dry-run" in an empty folder shows what would be written.`,problems:[{path,message:`is there already`}]})}export{run};