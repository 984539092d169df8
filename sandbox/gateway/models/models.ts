import { serviceModel } from "../wire/serviceModel";
import ecr from "./ecr.json";
import ecrPublic from "./ecrPublic.json";

/** The operations and shapes of both services. */
export const ecrModel = serviceModel(ecr);
export const ecrPublicModel = serviceModel(ecrPublic);
