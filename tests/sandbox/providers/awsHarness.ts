import { awsProvider } from "../../../sandbox/providers/aws/provider";
import { AwsServer } from "./awsServer";
import { Engine, type Properties } from "./harness";

export const awsConfig = (endpoint: string): Properties => ({
  region: "ap-northeast-2",
  accessKey: "test",
  secretKey: "test",
  endpoints: JSON.stringify([{ ecr: endpoint, ecrpublic: endpoint, kms: endpoint, sts: endpoint }]),
});

/** The aws stand-in, configured against a scripted endpoint. */
export async function startAws(more: Properties = {}): Promise<{ engine: Engine; server: AwsServer; stop(): void }> {
  const server = new AwsServer();
  const endpoint = await server.start();
  const engine = await Engine.start(awsProvider("7.48.0"));
  await engine.configure({ ...awsConfig(endpoint), ...more });
  server.takeCalls();
  return {
    engine,
    server,
    stop() {
      engine.stop();
      server.stop();
    },
  };
}

/** Takes a resource through check and create as the engine would, and returns what its state would hold. */
export async function deploy(engine: Engine, type: string, news: Properties) {
  const { inputs, failures } = await engine.check(type, news);
  if (failures.length > 0) throw new Error(failures.join("; "));
  const { id, outputs } = await engine.create(type, inputs);
  return { id, inputs, outputs };
}
