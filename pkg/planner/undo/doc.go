// Package undo writes the plan of every pod's way back to an earlier revision, and
// picks that revision. It is pure.
package undo
