// Package inturn reads several lists side by side and puts together what they have of each
// namespace: as soon as all of them are past it, so that a cluster is never in memory as a
// whole, or all at once.
package inturn
