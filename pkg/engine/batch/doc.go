// Package batch is the engine's other executor. Where package loop takes one set
// through the steps of a plan, a batch is many changes that don't depend on each
// other and wait for nothing: the deletions of claims that were judged to be unused.
// Its steps come in a stream, for there may be a hundred thousand; a few are run at a
// time, each after another look. Events, outcomes and exit codes are those of package
// engine. It knows the cluster by an interface only.
package batch
