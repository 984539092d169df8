import { requestModel } from "../wire/requestModel";
import ecr from "./ecr.json";
import ecrPublic from "./ecrPublic.json";

/** The operations and shapes of both services. */
export const ecrModel = requestModel(ecr);
export const ecrPublicModel = requestModel(ecrPublic);
