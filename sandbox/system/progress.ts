/** Receives a line, without line end, for each action that is actually performed. */
export type Progress = (line: string) => void;
