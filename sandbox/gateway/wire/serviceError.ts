/** A refusal in the AWS JSON protocol: a name from the service's model, a message, and an HTTP status. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the error's shape, such as KmsException's `kmsError`. */
  readonly members: Record<string, unknown>;

  constructor(code: string, message: string, options: { status?: number; members?: Record<string, unknown> } = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
  }
}

/** A request member that violates a rule, in ECR's wording. */
export function invalidParameter(member: string, rule: string): ServiceError {
  return new ServiceError("InvalidParameterException", constraintMessage(member, rule));
}

export function constraintMessage(member: string, rule: string): string {
  return `Invalid parameter at '${member}' failed to satisfy constraint: '${rule}'`;
}
