export { type EnvironmentConfig, environmentSchema } from "./environment";
