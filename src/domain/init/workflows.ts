/** actions/checkout v7.0.1, as its own repository tags it. */
const checkout = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1';

export interface WorkflowFile {
  readonly path: string;
  readonly text: string;
}

/** A workflow for GitHub: plans on pull requests, ships what reaches the branch. `action` is `owner/name@ref`. */
export function githubWorkflow(options: { readonly action: string; readonly branch: string }): WorkflowFile {
  const { action, branch } = options;
  const begin = `      - uses: ${checkout}
        with:
          fetch-depth: 0 # versions come from the history
          persist-credentials: false`;
  return {
    path: '.github/workflows/fairway.yml',
    text: `name: Fairway

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
`,
  };
}

/** A pipeline for GitLab with the command line, which lies in `FAIRWAY_HOME` on the runner. */
export function gitlabPipeline({ branch }: { readonly branch: string }): WorkflowFile {
  return {
    path: '.gitlab-ci.yml',
    text: `# Needs a runner with git and Node 24, and Fairway's command line unpacked there: FAIRWAY_HOME names its folder.
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
`,
  };
}
