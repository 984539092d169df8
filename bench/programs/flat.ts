import { repositoryWithPolicy } from "./resources";
import { names } from "./size";

for (const name of names) repositoryWithPolicy(name);
