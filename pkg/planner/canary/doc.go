// Package canary writes the plans of a stepwise partition canary: how it
// starts, goes on, and goes back. What a canary needs to be gone on with, from
// any machine, is a [Record] in one annotation of the set. It is pure.
package canary
