/** What is fixed about the agent's container, so that every client of a host finds the same one. */
export const agentContainer = 'fairway-agent';

/** Keep the state of the host's agent, and what it shares with its proxies. */
export const stateVolume = 'fairway-agent';
export const proxyVolume = 'fairway-proxy';

export const insideState = '/var/lib/fairway';
export const insideProxies = '/var/lib/fairway-proxy';
export const insideSocket = `${insideState}/agent/agent.sock`;
export const insideEngine = '/var/run/docker.sock';
/** Where the bundle lies in its image. */
export const insideBundle = '/opt/fairway';
export const relayProgram = `${insideBundle}/relay.js`;

/** On the agent's container: the digest of the code that it runs. */
export const digestLabel = 'fairway.agent';

/** On it too: folders of the host that it may read, in JSON. */
export const readsLabel = 'fairway.agent.reads';

/** The first line of a relay that reached the agent. */
export const relayReady = 'fairway relay';

/** How a relay ends whose agent does not listen. */
export const noAgentThere = 75;
