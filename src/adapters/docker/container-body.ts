import type { ContainerSpec } from '../../ports.ts';

const logMegabytes = 10;
const logFiles = 3;

/** A container as the engine's API wants it described. */
export function containerBody(spec: ContainerSpec): unknown {
  const port = spec.publish === null ? null : `${spec.publish.port}/tcp`;
  return {
    Image: spec.image,
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: spec.entrypoint }),
    Cmd: spec.argv,
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: spec.labels,
    ...(spec.user === null ? {} : { User: spec.user }),
    ...(port === null ? {} : { ExposedPorts: { [port]: {} } }),
    HostConfig: {
      NetworkMode: spec.network,
      ...(spec.hostProcesses === true ? { PidMode: 'host' } : {}),
      ...(port === null
        ? {}
        : { PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: String(spec.publish?.hostPort) }] } }),
      Mounts: spec.mounts.map(({ source, target, isReadOnly }) => ({
        Type: source.startsWith('/') ? 'bind' : 'volume',
        Source: source,
        Target: target,
        ReadOnly: isReadOnly,
      })),
      ...(spec.memoryBytes === null ? {} : { Memory: spec.memoryBytes, MemorySwap: spec.memoryBytes }),
      ...(spec.cpus === null ? {} : { NanoCpus: Math.round(spec.cpus * 1e9) }),
      ...(spec.maxProcesses === null ? {} : { PidsLimit: spec.maxProcesses }),
      Init: spec.init,
      RestartPolicy: { Name: spec.restart },
      SecurityOpt: ['no-new-privileges'],
      LogConfig: { Type: 'json-file', Config: { 'max-size': `${logMegabytes}m`, 'max-file': String(logFiles) } },
    },
  };
}
