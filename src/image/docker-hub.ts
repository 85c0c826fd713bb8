/** Docker Hub, as references name it. It counts pulls. */
export const DOCKER_HUB = 'docker.io';

/** The host that requests for its images go to. */
export const DOCKER_HUB_HOST = 'registry-1.docker.io';

const NAMES: ReadonlySet<string> = new Set([DOCKER_HUB, 'index.docker.io', DOCKER_HUB_HOST]);

/** Whether a host is Docker Hub, under any of its names. */
export const isDockerHub = (host: string): boolean => NAMES.has(host);
