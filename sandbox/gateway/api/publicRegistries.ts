import type { DescribeRegistriesRequest, PutRegistryCatalogDataRequest } from "@aws-sdk/client-ecr-public";
import type { GatewayContext, Operation } from "../context";
import { publicAlias } from "../repositories/registries";

const describeRegistries: Operation<DescribeRegistriesRequest> = (context, caller) => {
  const alias = publicAlias(caller.account);
  context.registries.ensurePublic(caller.account);
  return {
    registries: [
      {
        registryId: caller.account,
        registryArn: `arn:aws:ecr-public::${caller.account}:registry/${caller.account}`,
        registryUri: `${context.registries.publicHost}/${alias}`,
        verified: false,
        aliases: [{ name: alias, status: "ACTIVE", primaryRegistryAlias: true, defaultRegistryAlias: true }],
      },
    ],
  };
};

const getRegistryCatalogData: Operation<object> = (context, caller) => ({
  registryCatalogData: { displayName: displayName(context, caller.account) },
});

const putRegistryCatalogData: Operation<PutRegistryCatalogDataRequest> = (context, caller, input) => {
  context.store.change(() => context.store.putSetting(input.displayName ?? "", "displayName", caller.account));
  return { registryCatalogData: { displayName: displayName(context, caller.account) } };
};

function displayName(context: GatewayContext, account: string): string | undefined {
  return context.store.setting<string>("displayName", account) || undefined;
}

export const publicRegistryOperations = {
  DescribeRegistries: describeRegistries,
  GetRegistryCatalogData: getRegistryCatalogData,
  PutRegistryCatalogData: putRegistryCatalogData,
};
