import type { FailureSubject } from '../facts.ts';

/** `123456789012.dkr.ecr.eu-west-1.amazonaws.com` */
const ECR = /^\d+\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;
/** `europe-docker.pkg.dev`, `gcr.io`, `eu.gcr.io` */
const GOOGLE = /^(?:([a-z0-9-]+)-docker\.pkg\.dev|(?:[a-z]+\.)?gcr\.io)$/;
const AZURE = /^([a-z0-9]+)\.azurecr\.io$/;

/** How to log in at a registry: the clouds' registries want a password that lasts hours, made by the cloud's own program. */
export const loginCommand = ({ registry = 'REGISTRY' }: FailureSubject): string => {
  const region = ECR.exec(registry)?.[1];
  if (region !== undefined)
    return `aws ecr get-login-password --region ${region} | skopeo-wrapper login --username AWS --password-stdin ${registry}`;
  if (GOOGLE.test(registry))
    return `gcloud auth print-access-token | skopeo-wrapper login --username oauth2accesstoken --password-stdin ${registry}`;
  const name = AZURE.exec(registry)?.[1];
  if (name !== undefined)
    return `az acr login --name ${name} --expose-token --output tsv --query accessToken | skopeo-wrapper login --username 00000000-0000-0000-0000-000000000000 --password-stdin ${registry}`;
  return `skopeo-wrapper login ${registry}`;
};

/** How to create what an image is to be pushed into, where a command is known. */
export const createCommand = ({ registry = '', repository = '' }: FailureSubject): string | undefined => {
  const region = ECR.exec(registry)?.[1];
  if (region !== undefined && repository !== '')
    return `aws ecr create-repository --region ${region} --repository-name ${repository}`;
  const location = GOOGLE.exec(registry)?.[1];
  const [project, name] = repository.split('/');
  if (location === undefined || project === undefined || name === undefined) return undefined;
  return `gcloud artifacts repositories create ${name} --project ${project} --location ${location} --repository-format docker`;
};
