// Package rolling is how the verbs that replace pods do so. A [Rollout] is one that a
// plan is made of: begun, gone on with, or what is left of it. Its pods are replaced by a
// gate that opens for them, or by deletions. It is pure.
package rolling
