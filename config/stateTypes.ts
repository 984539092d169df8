const component = {
  privateRepository: "ecr:index:PrivateRepository",
  publicRepository: "ecr:index:PublicRepository",
  registry: "ecr:index:Registry",
  pushRole: "ecr:index:PushRole",
  registryEvents: "ecr:index:RegistryEvents",
} as const;

/** What the stack's state calls the resources that the config is held against: see StateResource.types. */
export const stateTypes = {
  privateRepository: {
    component: component.privateRepository,
    repository: `${component.privateRepository}$aws:ecr/repository:Repository`,
    lifecyclePolicy: `${component.privateRepository}$aws:ecr/lifecyclePolicy:LifecyclePolicy`,
    policy: `${component.privateRepository}$aws:ecr/repositoryPolicy:RepositoryPolicy`,
    key: `${component.privateRepository}$aws:kms/key:Key`,
    keyAlias: `${component.privateRepository}$aws:kms/alias:Alias`,
  },
  publicRepository: {
    component: component.publicRepository,
    repository: `${component.publicRepository}$aws:ecrpublic/repository:Repository`,
    policy: `${component.publicRepository}$aws:ecrpublic/repositoryPolicy:RepositoryPolicy`,
  },
  registry: {
    component: component.registry,
    policy: `${component.registry}$aws:ecr/registryPolicy:RegistryPolicy`,
    scanning: `${component.registry}$aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration`,
    replication: `${component.registry}$aws:ecr/replicationConfiguration:ReplicationConfiguration`,
    accountSetting: `${component.registry}$aws:ecr/accountSetting:AccountSetting`,
    cacheRule: `${component.registry}$aws:ecr/pullThroughCacheRule:PullThroughCacheRule`,
    template: `${component.registry}$aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate`,
  },
  pushRole: {
    role: `${component.pushRole}$aws:iam/role:Role`,
    policy: `${component.pushRole}$aws:iam/rolePolicy:RolePolicy`,
    provider: `${component.pushRole}$aws:iam/openIdConnectProvider:OpenIdConnectProvider`,
  },
  registryEvents: { topic: `${component.registryEvents}$aws:sns/topic:Topic` },
} as const;
