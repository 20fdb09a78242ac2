// Package plan is what a verb wants to happen to a StatefulSet, as data: a list of
// steps, what each changes, what it waits for and which gate stands behind it. A
// plan prints, compares, and is the same after [Encode] and [Decode].
package plan
