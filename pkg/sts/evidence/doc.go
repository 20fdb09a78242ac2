// Package evidence has what the cluster tells about a pod that is in trouble, beyond that
// it is: how its container ended and what that said last, and where its volumes can be used.
// It is pure.
package evidence
