import { BenchProject } from "../project";

/** Creates projects for a piece of work and removes them afterwards, even if it fails. */
export async function withProjects<T>(
  env: NodeJS.ProcessEnv,
  work: (make: (program?: string) => Promise<BenchProject>) => Promise<T>,
): Promise<T> {
  const made: BenchProject[] = [];
  try {
    return await work(async (program) => {
      const project = new BenchProject(env, program);
      made.push(project);
      await project.init();
      return project;
    });
  } finally {
    for (const project of made) project.remove();
  }
}
