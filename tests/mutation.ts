import fc from "fast-check";

/** Loaded by mutation tests only: a property that fails has killed its mutant, no smaller counterexample is needed. */
fc.configureGlobal({ endOnFailure: true });
