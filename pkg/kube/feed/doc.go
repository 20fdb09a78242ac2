// Package feed follows a set: each change of it, of its pods, its revisions and
// whatever else counts gives a whole new snapshot, and it is told when the watch is
// cut and when it is back.
package feed
