// Package recreate plans how a set gets another value in a field that the API server lets
// nobody change: it is written down, deleted without its pods, and created again around
// them. It is pure.
package recreate
