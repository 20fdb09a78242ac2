// Package replace is what the verbs share that replace pods. A [Rollout] is one that
// a plan is made of. Its pods are replaced in one of two ways: by a gate that opens
// for them, or by deletions. It is pure.
package replace
