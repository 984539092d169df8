import { PrivateRepository } from "../../components";
import { names } from "./size";

for (const name of names) new PrivateRepository(name);
