// Package prune deletes claims that were judged to be nobody's, each only after
// another look. It knows the cluster by an interface only.
package prune
