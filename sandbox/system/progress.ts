/** Takes one line of what is being done, without a line end. Told only when something is really done. */
export type Progress = (line: string) => void;
