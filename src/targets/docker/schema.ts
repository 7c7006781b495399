import { z } from 'zod';

const unitBytes = { kB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** The least that a container starts with. */
const leastBytes = 6 * 1024 ** 2;

/** A size with its unit (`512MB`, `2GiB`); bytes after parsing. */
const size = z
  .string()
  .regex(/^\d+(\.\d+)?(kB|MB|GB|KiB|MiB|GiB)$/, { error: 'expected a size with a unit, such as 512MB or 2GiB' })
  .transform((text) => {
    const unit = /[a-zA-Z]+$/.exec(text)?.[0] as keyof typeof unitBytes;
    return Math.round(Number.parseFloat(text) * unitBytes[unit]);
  })
  .refine((bytes) => bytes >= leastBytes, { error: 'a container needs at least 6MiB' });

const insidePath = z.string().regex(/^\/[^:\0]*$/, { error: 'expected an absolute path in the container' });

const hostAddress = z.string().regex(/^(unix|ssh|tcp|npipe):\/\/\S+$/, {
  error: 'expected an address such as unix:///var/run/docker.sock or ssh://user@host',
});

const host = z.strictObject({
  host: hostAddress.describe('Its engine, as DOCKER_HOST writes it.'),
  port: z.int().min(1).max(65_535).optional().describe('Where users reach it there; default: proxy.port.'),
  socket: z.string().startsWith('/').optional().describe("The engine's socket on that host; default: target.socket."),
});

export const dockerSchema = z.strictObject({
  type: z.literal('docker'),
  host: hostAddress.optional().describe('The engine; default: DOCKER_HOST, else the one of this machine.'),
  hosts: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/), z.union([hostAddress, host]))
    .refine((hosts) => Object.keys(hosts).length > 0, { error: 'expected at least one host' })
    .optional()
    .describe(
      'Several hosts by name, each with the address of its engine: prepared everywhere, then switched everywhere, then committed.',
    ),
  agent: z
    .enum(['container', 'process'])
    .default('container')
    .describe(
      'Where the agent lives: in a container on the host of the engine, started again by it; or as a process beside this command, for an engine of this machine.',
    ),
  agentImage: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Image with Node 24 or newer that the agent's container is made from; default: the Node that runs this command, where the engine runs the same kind of machine, else the official image.",
    ),
  socket: z
    .string()
    .startsWith('/', { error: 'expected an absolute path on the host of the engine' })
    .optional()
    .describe("The engine's socket on its own host; default: that of a unix:// address, else /var/run/docker.sock."),
  certificates: z
    .string()
    .startsWith('/', { error: 'expected an absolute path on the host of the engine' })
    .optional()
    .describe('A folder of the host that an agent in a container may read: where proxy.tls.certificates lie.'),
  network: z
    .enum(['own', 'host'])
    .default('own')
    .describe(
      'own: a bridge network of the environment; host: the network of the host, for servers on its loopback interface.',
    ),
  reach: z
    .enum(['loopback', 'container'])
    .default('loopback')
    .describe(
      'loopback: through a port of 127.0.0.1, which refuses at once when the container is dead; container: its own address, faster, on Linux only.',
    ),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('Where the process listens in a network of its own; default: what the image exposes, else 8080.'),
  memory: size.optional().describe('Most memory of each container, such as 512MB; more and it is killed.'),
  cpus: z.number().positive().max(1_024).optional().describe('Most CPUs of each container.'),
  pids: z.int().min(1).optional().describe('Most processes and threads of each container.'),
  volumes: z
    .record(z.string().regex(/^(\/[^:\0]*|[a-z0-9][a-z0-9_.-]*)$/), insidePath)
    .default({})
    .describe('Volumes by name, or folders of the host by path -> where they appear in the container.'),
  user: z
    .string()
    .regex(/^[\w.-]+(:[\w.-]+)?$/)
    .optional()
    .describe('Runs as this user; default: as the image says.'),
  secrets: z
    .enum(['environment', 'files'])
    .default('environment')
    .describe('files: each secret is /run/secrets/NAME, and NAME_FILE says so.'),
  init: z
    .boolean()
    .default(false)
    .describe('An init of the engine in front, for programs that do not listen to SIGTERM when they are process 1.'),
});

export type DockerConfig = z.output<typeof dockerSchema>;
