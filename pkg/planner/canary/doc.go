// Package canary writes the plans of a stepwise canary: how it starts, how it takes
// up a change that waits, and how it goes on. What a canary needs to be gone on with,
// from any machine, is a record in one annotation of the set. It is pure.
package canary
