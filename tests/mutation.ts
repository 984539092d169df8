import fc from "fast-check";

/** Loaded by mutation tests only: a failed property has killed its mutant, so no smaller counterexample is needed. */
fc.configureGlobal({ endOnFailure: true });
